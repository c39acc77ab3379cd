/**
 * When the change happened that an endpoints object is written for: the annotation from which network programming
 * latency is measured. Times are RFC 3339 texts of whole seconds in UTC, which compare as text.
 */
import type { ObjectKey } from "@k8ts/api";
import { keyText } from "../keys.ts";
import { readyCondition } from "../pods/pod-state.ts";
import type { ReadPod, ReadService } from "./service-pods.ts";

/** Annotation of Endpoints and EndpointSlices. */
export const triggerTimeAnnotation = "endpoints.kubernetes.io/last-change-trigger-time";

/** Remembers the times that each Service's last reconcile saw. */
export class TriggerTimes {
  readonly #pods = new Map<string, ReadonlyMap<string, string>>();

  /** The earliest change since the last reconcile: a new Service's creation, or a pod's readiness; none: undefined. */
  next(service: ReadService, pods: readonly ReadPod[]): string | undefined {
    const key = keyText({ namespace: service.metadata.namespace ?? "", name: service.metadata.name ?? "" });
    const before = this.#pods.get(key);
    const times = new Map<string, string>();
    let earliest: string | undefined;
    for (const pod of pods) {
      const time = readyCondition(pod)?.lastTransitionTime;
      if (time === undefined) continue;
      const name = pod.metadata.name ?? "";
      times.set(name, time);
      const changed = time > (before?.get(name) ?? "");
      if (changed && (earliest === undefined || time < earliest)) earliest = time;
    }
    this.#pods.set(key, times);
    return before ? earliest : service.metadata.creationTimestamp;
  }

  /** The Service is gone. */
  delete(service: ObjectKey): void {
    this.#pods.delete(keyText(service));
  }
}
