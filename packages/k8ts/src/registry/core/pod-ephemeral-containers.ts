/** The `ephemeralcontainers` subresource: adding containers to a running pod, for `kubectl debug` (KEP-277). */
import { deepEqual, fieldForbidden, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { Pod, PodSpec } from "@k8ts/api/core/v1";
import { changesText } from "../printing/changes-text.ts";
import { keepMetadata, lent } from "../status-subresource.ts";
import type { UpdateStrategy } from "../strategy.ts";
import { checkPodAnnotationsUpdate, mirrorAnnotation } from "./pod-annotations.ts";
import { rulesForUpdate } from "./pod-rules.ts";
import { checkPodMetadataAndSpec } from "./pod-validation.ts";

function validateUpdate(pod: DeepReadonly<Pod>, old: DeepReadonly<Pod>): FieldError[] {
  const faults: FieldError[] = [];
  checkPodMetadataAndSpec(pod, rulesForUpdate(old.spec, true), faults);
  checkPodAnnotationsUpdate(pod.metadata.annotations, old.metadata.annotations, "metadata.annotations", faults);
  if (old.metadata.annotations?.[mirrorAnnotation] !== undefined) {
    return [fieldForbidden("", "static pods do not support ephemeral containers")];
  }
  const now = new Map((pod.spec?.ephemeralContainers ?? []).map((container) => [container.name, container]));
  for (const before of old.spec?.ephemeralContainers ?? []) {
    const container = now.get(before.name);
    const name = JSON.stringify(before.name);
    if (!container) {
      faults.push(
        fieldForbidden("spec.ephemeralContainers", `existing ephemeral containers ${name} may not be removed\n`),
      );
    } else if (!deepEqual(container, before)) {
      const detail = `existing ephemeral containers ${name} may not be changed\n${changesText(before, container)}`;
      faults.push(fieldForbidden("spec.ephemeralContainers", detail));
    }
  }
  return faults;
}

/** The subresource. */
export const podEphemeralContainers: UpdateStrategy<Pod> = {
  prepareForUpdate(pod, old) {
    pod.spec = { ...lent<PodSpec>(old.spec ?? { containers: [] }), ephemeralContainers: pod.spec?.ephemeralContainers };
    pod.status = lent(old.status);
    keepMetadata(pod, old);
  },
  validateUpdate,
};
