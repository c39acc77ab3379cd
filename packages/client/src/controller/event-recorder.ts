/** Events: what controllers, scheduler and kubelet tell people about an object. */
import type { DeepReadonly, KubernetesObject } from "@k8ts/api";

/** Writes events about objects; aggregates repeats as upstream does; never throws and never blocks its caller. */
export interface EventRecorder {
  /** `type` is Normal or Warning; `reason` is CamelCase; `fieldPath` names a part ("spec.containers{nginx}"). */
  event(
    about: DeepReadonly<KubernetesObject>,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    fieldPath?: string,
  ): void;
}
