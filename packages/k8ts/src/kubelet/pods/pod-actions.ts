/** What a plan says: the actions, and the small judgements that the parts of planning share. */
import { containerHash } from "../containers/container-hash.ts";
import type { ObservedContainer } from "./observed-pod.ts";
import type { ContainerSpec } from "./pod-spec.ts";
import type { Resources } from "./resource-allocation.ts";

/** Why a container is killed, where it decides its grace period. */
export type KillReason =
  | ""
  | "Unknown"
  | "StartupProbe"
  | "LivenessProbe"
  | "FailedPostStartHook"
  | "RestartAllContainers";

/** One container to stop, and what to say of it. */
export interface ContainerToKill {
  readonly id: string;
  readonly name: string;
  readonly message: string;
  readonly reason: KillReason;
}

/** A running container to change to the resources that its spec has. */
export interface ContainerToResize {
  readonly id: string;
  readonly spec: ContainerSpec;
}

/** What has to happen, in the order of the fields. Numbers are places in the spec's lists. */
export interface PodActions {
  /** Stop every container and the sandbox. */
  killPod: boolean;
  createSandbox: boolean;
  /** The sandbox to use, or the one that is replaced; "": none. */
  sandboxId: string;
  attempt: number;
  containersToKill: ContainerToKill[];
  /** Containers to kill at once and to remove, for all containers restart in place. */
  containersToReset: ObservedContainer[];
  ephemeralContainersToStart: number[];
  initContainersToStart: number[];
  containersToResize: ContainerToResize[];
  containersToStart: number[];
}

/** A probe's last word on a container; undefined: it has not spoken yet. */
export type ProbeVerdict = "Success" | "Failure" | "Unknown" | undefined;

/** What plans ask of the probes. */
export interface ProbeVerdicts {
  liveness(containerId: string): ProbeVerdict;
  startup(containerId: string): ProbeVerdict;
}

/** What a container really has of cpu and memory; undefined: what its spec says. */
export type ActualResources = (containerName: string) => Resources | undefined;

/** The kill of a container whose state the runtime cannot tell. */
export function unknownContainer(latest: ObservedContainer, noun: string): ContainerToKill {
  const message = `${noun} is in "unknown" state, try killing it before restart`;
  return { id: latest.id, name: latest.name, message, reason: "Unknown" };
}

/** The kill of a container whose resize policy wants it started anew. */
export function resizeKill(container: ContainerSpec, latest: ObservedContainer): ContainerToKill {
  const message = `Container ${container.name} resize requires restart`;
  return { id: latest.id, name: latest.name, message, reason: "" };
}

/** Whether the container was created from another spec than the pod has now. */
export function definitionChanged(container: ContainerSpec, latest: ObservedContainer): boolean {
  return latest.hash !== undefined && latest.hash !== containerHash(container);
}
