/** Reading a pod's spec: its containers by kind, and the names under which events, logs and errors speak of them. */
import type { DeepReadonly } from "@k8ts/api";
import type { Container, EphemeralContainer, Pod } from "@k8ts/api/core/v1";

/** A pod as the API server says it shall be. Shared with caches: never changed. */
export type DesiredPod = DeepReadonly<Pod>;

/** A container's spec; an ephemeral container's has the same fields and a target. */
export type ContainerSpec = DeepReadonly<Container>;

/** Which of the pod's three lists a container stands in. */
export type ContainerKind = "container" | "init" | "ephemeral";

/** A container's spec and where it stands. */
export interface PodContainer {
  readonly kind: ContainerKind;
  readonly spec: ContainerSpec;
  /** Of an ephemeral container: whose process namespace it joins. */
  readonly targetContainerName?: string;
}

const none: readonly never[] = [];

/** The init containers, in their order; sidecars are among them. */
export function initContainers(pod: DesiredPod): readonly ContainerSpec[] {
  return pod.spec?.initContainers ?? none;
}

/** The regular containers, in their order. */
export function regularContainers(pod: DesiredPod): readonly ContainerSpec[] {
  return pod.spec?.containers ?? none;
}

/** The ephemeral containers, in their order. */
export function ephemeralContainers(pod: DesiredPod): readonly DeepReadonly<EphemeralContainer>[] {
  return pod.spec?.ephemeralContainers ?? none;
}

/** Every container of the pod: init, regular, ephemeral. */
export function allContainers(pod: DesiredPod): PodContainer[] {
  return [
    ...initContainers(pod).map((spec): PodContainer => ({ kind: "init", spec })),
    ...regularContainers(pod).map((spec): PodContainer => ({ kind: "container", spec })),
    ...ephemeralContainers(pod).map(ephemeralContainer),
  ];
}

/** An ephemeral container's spec as a container's. */
export function ephemeralContainer(spec: DeepReadonly<EphemeralContainer>): PodContainer {
  return { kind: "ephemeral", spec, targetContainerName: spec.targetContainerName };
}

/** The container of this name, of whatever kind. */
export function findContainer(pod: DesiredPod, name: string): PodContainer | undefined {
  return allContainers(pod).find((container) => container.spec.name === name);
}

/** An init container that keeps running beside the regular ones (KEP-753). */
export function isSidecar(container: ContainerSpec): boolean {
  return container.restartPolicy === "Always";
}

/** Whether the init container at this place is a sidecar. */
export function hasSidecars(pod: DesiredPod): boolean {
  return initContainers(pod).some(isSidecar);
}

const fieldOfKind: Readonly<Record<ContainerKind, string>> = {
  container: "containers",
  init: "initContainers",
  ephemeral: "ephemeralContainers",
};

/** The part of the pod that a container's events name: "spec.containers{nginx}". */
export function containerFieldPath(container: PodContainer): string {
  return `spec.${fieldOfKind[container.kind]}{${container.spec.name}}`;
}

/** How messages name a pod: "nginx_default(0b1e…)". */
export function podText(pod: DesiredPod): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
}

/** Whether the pod shares the node's network. */
export function isHostNetwork(pod: DesiredPod): boolean {
  return pod.spec?.hostNetwork === true;
}

/** Whether the phase is one that a pod never leaves. */
export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === "Succeeded" || phase === "Failed";
}

/** What upstream marks as critical: never evicted, killed last. */
export function isCriticalPod(pod: DesiredPod): boolean {
  return (pod.spec?.priority ?? 0) >= 2_000_000_000;
}
