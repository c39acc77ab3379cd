/** Rules of a Pod as an object: its annotations, its spec, and how the two fit together. */
import { fieldForbidden, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { Pod, PodSpec } from "@k8ts/api/core/v1";
import { checkPodAnnotations, mirrorAnnotation } from "./pod-annotations.ts";
import { checkImageWhitespace } from "./pod-containers.ts";
import { newPodRules, type PodRules } from "./pod-rules.ts";
import { checkProfileAnnotations } from "./pod-security-context.ts";
import { checkPodSpec } from "./pod-spec.ts";

type In<T> = DeepReadonly<T>;

const noSpec: In<PodSpec> = { containers: [] };

/** What holds for a pod at any time. */
export function checkPodMetadataAndSpec(pod: In<Pod>, rules: PodRules, faults: FieldError[]): void {
  const spec = pod.spec ?? noSpec;
  const { annotations, name } = pod.metadata;
  checkPodAnnotations(annotations, spec, "metadata.annotations", faults);
  checkPodSpec(spec, { name, mirror: annotations?.[mirrorAnnotation] !== undefined }, "spec", rules, faults);
  if (!spec.serviceAccountName) checkNoTokens(spec, faults);
  for (const list of ["containers", "initContainers"] as const) {
    spec[list]?.forEach(({ image }, index) => checkImageWhitespace(image, `spec.${list}[${index}]`, faults));
  }
}

function checkNoTokens(spec: In<PodSpec>, faults: FieldError[]): void {
  spec.volumes?.forEach(({ projected }, index) =>
    projected?.sources?.forEach(({ serviceAccountToken }, at) => {
      if (!serviceAccountToken) return;
      const path = `spec.volumes[${index}].projected.sources[${at}].serviceAccountToken`;
      faults.push(fieldForbidden(path, "must not be specified when serviceAccountName is not set"));
    }),
  );
}

/** A new pod. */
export function validateNewPod(pod: In<Pod>): FieldError[] {
  const faults: FieldError[] = [];
  const spec = pod.spec ?? noSpec;
  checkPodMetadataAndSpec(pod, newPodRules, faults);
  if (spec.ephemeralContainers?.length) {
    faults.push(fieldForbidden("spec.ephemeralContainers", "cannot be set on create"));
  }
  if (spec.nodeName && spec.schedulingGates?.length) {
    faults.push(fieldForbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"));
  }
  checkProfileAnnotations(pod.metadata.annotations, spec, "spec", faults);
  return faults;
}
