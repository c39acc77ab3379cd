/** What the runtime says of one pod: the other half, beside its spec, of everything the kubelet decides. */
import type { ContainerState, PodSandboxStatus } from "../runtimes/runtime.ts";

/** One container, running or dead, of a pod; every attempt is its own. Times in milliseconds since the epoch, 0: not yet. */
export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  readonly sandboxId: string;
  readonly state: ContainerState;
  /** The spec's hash that it was created from; undefined where the annotation is missing. */
  readonly hash: string | undefined;
  readonly restartCount: number;
  readonly createdAt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  readonly reason: string;
  /** The runtime's message and the termination message. */
  readonly message: string;
  readonly image: string;
  readonly imageRef: string;
  /** Absolute. */
  readonly logPath: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** One pod in the runtime. */
export interface ObservedPod {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  /** Newest first. */
  readonly sandboxes: readonly PodSandboxStatus[];
  /** Newest first, over all sandboxes. */
  readonly containers: readonly ObservedContainer[];
}

/** A pod of which the runtime knows nothing. */
export function absentPod(uid: string, namespace: string, name: string): ObservedPod {
  return { uid, namespace, name, sandboxes: [], containers: [] };
}

/** The newest container of this name. */
export function latestContainer(pod: ObservedPod, name: string): ObservedContainer | undefined {
  return pod.containers.find((container) => container.name === name);
}

/** The addresses of the newest sandbox, where it is ready. */
export function podIPs(pod: ObservedPod): readonly string[] {
  const newest = pod.sandboxes[0];
  return newest?.state === "READY" ? newest.ips : [];
}

/** Containers that still have a process, or may. */
export function runningContainers(pod: ObservedPod): readonly ObservedContainer[] {
  return pod.containers.filter((container) => container.state === "RUNNING");
}

/** Whether anything of the pod still runs. */
export function isAlive(pod: ObservedPod): boolean {
  return (
    pod.containers.some((container) => container.state === "RUNNING") ||
    pod.sandboxes.some((sandbox) => sandbox.state === "READY")
  );
}

/** Containers of the newest sandbox, newest first: those of earlier ones are history. */
export function activeContainers(pod: ObservedPod): readonly ObservedContainer[] {
  const newest = pod.sandboxes[0];
  return newest === undefined ? [] : pod.containers.filter((container) => container.sandboxId === newest.id);
}
