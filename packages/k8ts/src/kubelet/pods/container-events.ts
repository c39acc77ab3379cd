/** Events about a pod and its containers, as upstream's kubelet writes them. */
import type { EventRecorder } from "@k8ts/client";
import { containerFieldPath, findContainer, type DesiredPod } from "./pod-spec.ts";

/** Normal or Warning. */
export type EventType = "Normal" | "Warning";

/** Writes events about pods. */
export class ContainerEvents {
  readonly #recorder: EventRecorder;

  constructor(recorder: EventRecorder) {
    this.#recorder = recorder;
  }

  /** About the pod as a whole. */
  pod(pod: DesiredPod, type: EventType, reason: string, message: string): void {
    this.#recorder.event(pod, type, reason, message);
  }

  /** About one of its containers. */
  container(pod: DesiredPod, name: string, type: EventType, reason: string, message: string): void {
    const container = findContainer(pod, name);
    this.#recorder.event(pod, type, reason, message, container && containerFieldPath(container));
  }
}
