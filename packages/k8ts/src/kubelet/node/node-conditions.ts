/** A node's conditions, in upstream's words. */
import { formatTime, type DeepReadonly } from "@k8ts/api";
import type { NodeCondition } from "@k8ts/api/core/v1";

/** What the conditions say. */
export interface NodeHealth {
  /** What keeps the node from running pods; empty: nothing. */
  readonly faults: readonly string[];
  readonly memoryPressure: boolean;
  readonly diskPressure: boolean;
  readonly pidPressure: boolean;
}

interface Wording {
  readonly reason: string;
  readonly message: string;
  readonly event: string;
}

const pressures: Readonly<Record<string, { readonly yes: Wording; readonly no: Wording }>> = {
  MemoryPressure: {
    yes: wording(
      "KubeletHasInsufficientMemory",
      "kubelet has insufficient memory available",
      "NodeHasInsufficientMemory",
    ),
    no: wording("KubeletHasSufficientMemory", "kubelet has sufficient memory available", "NodeHasSufficientMemory"),
  },
  DiskPressure: {
    yes: wording("KubeletHasDiskPressure", "kubelet has disk pressure", "NodeHasDiskPressure"),
    no: wording("KubeletHasNoDiskPressure", "kubelet has no disk pressure", "NodeHasNoDiskPressure"),
  },
  PIDPressure: {
    yes: wording("KubeletHasInsufficientPID", "kubelet has insufficient PID available", "NodeHasInsufficientPID"),
    no: wording("KubeletHasSufficientPID", "kubelet has sufficient PID available", "NodeHasSufficientPID"),
  },
};

function wording(reason: string, message: string, event: string): Wording {
  return { reason, message, event };
}

/** The conditions, and the events to write for those that have changed. */
export function nodeConditions(
  health: NodeHealth,
  before: readonly DeepReadonly<NodeCondition>[],
  now: number,
): { conditions: NodeCondition[]; events: string[] } {
  const at = formatTime(now);
  const events: string[] = [];
  const make = (
    type: string,
    holds: boolean,
    { reason, message, event }: Wording,
    quietAtFirst: boolean,
  ): NodeCondition => {
    const old = before.find((condition) => condition.type === type);
    const status = holds ? "True" : "False";
    const same = old?.status === status;
    if (!same && !(quietAtFirst && old === undefined)) events.push(event);
    const lastTransitionTime = same ? (old?.lastTransitionTime ?? at) : at;
    return { type, status, lastHeartbeatTime: at, lastTransitionTime, reason, message };
  };
  const pressure = (type: string, holds: boolean): NodeCondition => {
    const { yes, no } = pressures[type]!;
    return make(type, holds, holds ? yes : no, false);
  };
  const { faults } = health;
  const ready = faults.length === 0;
  const text = faults.length > 1 ? `[${faults.join(", ")}]` : (faults[0] ?? "");
  const readiness = ready
    ? wording("KubeletReady", "kubelet is posting ready status", "NodeReady")
    : wording("KubeletNotReady", text, "NodeNotReady");
  const conditions = [
    pressure("MemoryPressure", health.memoryPressure),
    pressure("DiskPressure", health.diskPressure),
    pressure("PIDPressure", health.pidPressure),
    make("Ready", ready, readiness, true),
  ];
  return { conditions, events };
}
