/**
 * A running pod's change of cpu and memory (KEP-1287), from wish to fact: what the spec asks for is allocated as soon as
 * the node has room (PodResizePending until then), and the containers are brought to it (PodResizeInProgress until then).
 *
 *   spec ──(room on the node)──▶ allocated ──(cgroups, or a restart)──▶ actuated
 */
import type { DeepReadonly } from "@k8ts/api";
import type { PodCondition } from "@k8ts/api/core/v1";
import { isResizeInProgress } from "./container-resize.ts";
import type { ObservedPod } from "./observed-pod.ts";
import { lacksRoom } from "./pod-admission.ts";
import { podDirectory, type PodDependencies } from "./pod-dependencies.ts";
import { initContainers, regularContainers, type ContainerSpec, type DesiredPod } from "./pod-spec.ts";
import { ResourceAllocation } from "./resource-allocation.ts";

/** A resize that has to wait is tried again after this, though nothing seems to have changed; as upstream. */
export const deferredRetry = 180_000;

interface Progress {
  readonly generation: number;
  readonly error?: string;
}

/** One pod's resizes. */
export class PodResize {
  readonly resources: ResourceAllocation;
  readonly #deps: PodDependencies;
  #pending: { readonly message: string; readonly generation: number } | undefined;
  #progress: Progress | undefined;

  constructor(deps: PodDependencies, uid: string) {
    this.#deps = deps;
    this.resources = new ResourceAllocation(deps.files, `${podDirectory(deps.directories, uid)}/resources.json`);
  }

  /** Whether the node has had no room for what the pod asks for. */
  get deferred(): boolean {
    return this.#pending !== undefined;
  }

  /** Gives the pod what it asks for where the node has room. Returns whether it was given something new. */
  consider(pod: DesiredPod): boolean {
    const { resources } = this;
    if (!resources.known) {
      resources.allocate(pod);
      return false;
    }
    if (!resources.differs(pod)) {
      this.#pending = undefined;
      return false;
    }
    const lack = lacksRoom(pod, this.#deps.node);
    if (lack !== undefined) {
      this.#defer(pod, lack.message);
      return false;
    }
    resources.allocate(pod);
    this.#pending = undefined;
    const generation = pod.metadata.generation ?? 0;
    this.#progress = { generation };
    this.#say(pod, "Normal", "ResizeStarted", "Pod resize started", generation);
    return true;
  }

  /** What the containers have has been compared with what they shall have, after a step without an error. */
  settle(pod: DesiredPod, observed: ObservedPod): void {
    const allocated = this.resources.allocated(pod);
    const running = isResizeInProgress(allocated, observed, this.resources);
    if (running) this.#progress ??= { generation: pod.metadata.generation ?? 0 };
    else if (this.#progress !== undefined) {
      const { generation } = this.#progress;
      this.#progress = undefined;
      this.#say(allocated, "Normal", "ResizeCompleted", "Pod resize completed", generation);
    }
  }

  /** The containers could not be changed. */
  failed(pod: DesiredPod, error: string): void {
    const { generation = pod.metadata.generation ?? 0, error: before } = this.#progress ?? {};
    this.#progress = { generation, error };
    if (before === error) return;
    this.#say(this.resources.allocated(pod), "Warning", "ResizeError", "Pod resize error", generation, error);
  }

  /** The conditions to report. */
  conditions(): PodCondition[] {
    const conditions: PodCondition[] = [];
    const add = (type: string, observedGeneration: number, reason?: string, message?: string): void => {
      const condition: PodCondition = { type, status: "True", observedGeneration };
      if (reason !== undefined) condition.reason = reason;
      if (message !== undefined) condition.message = message;
      conditions.push(condition);
    };
    if (this.#pending !== undefined)
      add("PodResizePending", this.#pending.generation, "Deferred", this.#pending.message);
    if (this.#progress !== undefined) {
      const { generation, error } = this.#progress;
      add("PodResizeInProgress", generation, error === undefined ? undefined : "Error", error);
    }
    return conditions;
  }

  #defer(pod: DesiredPod, message: string): void {
    const generation = pod.metadata.generation ?? 0;
    const said = this.#pending ?? reported(pod);
    this.#pending = { message, generation };
    if (said?.message === message && said.generation === generation) return;
    this.#say(pod, "Warning", "ResizeDeferred", "Pod resize Deferred", generation, message);
  }

  #say(
    pod: DesiredPod,
    type: "Normal" | "Warning",
    reason: string,
    text: string,
    generation: number,
    error?: string,
  ): void {
    const list = (containers: readonly ContainerSpec[]): object[] | undefined =>
      containers.length === 0 ? undefined : containers.map(({ name, resources = {} }) => ({ name, resources }));
    const summary = {
      initContainers: list(initContainers(pod)),
      containers: list(regularContainers(pod)),
      generation,
      error,
    };
    this.#deps.events.pod(pod, type, reason, `${text}: ${JSON.stringify(summary)}`);
  }
}

/** What an earlier kubelet has reported of a resize that waits. */
function reported(pod: DesiredPod): { message: string; generation: number } | undefined {
  const found = pod.status?.conditions?.find(
    (condition: DeepReadonly<PodCondition>) => condition.type === "PodResizePending",
  );
  return found && { message: found.message ?? "", generation: found.observedGeneration ?? 0 };
}
