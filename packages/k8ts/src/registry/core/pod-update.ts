/** What may change of a pod that exists: next to nothing, and the rest is refused in upstream's words. */
import {
  cloneJson,
  deepEqual,
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  rangeFault,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Container, NodeAffinity, NodeSelectorTerm, Pod, PodSpec, Toleration } from "@k8ts/api/core/v1";
import { changesText } from "../printing/changes-text.ts";
import { checkPodAnnotationsUpdate } from "./pod-annotations.ts";
import { checkImageWhitespace } from "./pod-containers.ts";
import { maxInt32 } from "./pod-spec.ts";
import { checkTolerations } from "./pod-scheduling.ts";
import { checkPodMetadataAndSpec } from "./pod-validation.ts";
import { rulesForUpdate } from "./pod-rules.ts";

type In<T> = DeepReadonly<T>;

const updatable = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
].join(",");

/** An update of a pod itself. */
export function validatePodUpdate(pod: In<Pod>, old: In<Pod>): FieldError[] {
  const faults: FieldError[] = [];
  checkPodMetadataAndSpec(pod, rulesForUpdate(old.spec, true), faults);
  checkPodAnnotationsUpdate(pod.metadata.annotations, old.metadata.annotations, "metadata.annotations", faults);
  const spec = pod.spec ?? { containers: [] };
  const oldSpec = old.spec ?? { containers: [] };
  if (!checkContainerCount(spec.containers, oldSpec.containers, "spec.containers", faults)) return faults;
  if (!checkContainerCount(spec.initContainers, oldSpec.initContainers, "spec.initContainers", faults)) return faults;
  if (!checkDeadlineChange(spec.activeDeadlineSeconds, oldSpec.activeDeadlineSeconds, faults)) return faults;
  checkOnlyAddedTolerations(spec.tolerations, oldSpec.tolerations, faults);
  checkOnlyRemovedGates(spec, oldSpec, faults);
  if (!deepEqual(spec, oldSpec)) checkNothingElseChanged(spec, oldSpec, faults);
  return faults;
}

function checkContainerCount(
  containers: readonly In<Container>[] = [],
  old: readonly In<Container>[] = [],
  path: string,
  faults: FieldError[],
): boolean {
  if (containers.length !== old.length) {
    faults.push(fieldForbidden(path, "pod updates may not add or remove containers"));
    return false;
  }
  containers.forEach(({ image }, index) => {
    if (!image) faults.push(fieldRequired(`${path}[${index}].image`));
    checkImageWhitespace(image, `${path}[${index}]`, faults);
  });
  return true;
}

/** A deadline may come or shorten. Returns whether to look further. */
function checkDeadlineChange(seconds: number | undefined, old: number | undefined, faults: FieldError[]): boolean {
  const path = "spec.activeDeadlineSeconds";
  if (seconds === undefined) {
    if (old !== undefined)
      faults.push(fieldInvalid(path, null, "must not update from a positive integer to nil value"));
    return true;
  }
  if (seconds < 0 || seconds > maxInt32) {
    faults.push(fieldInvalid(path, seconds, rangeFault(0, maxInt32)));
    return false;
  }
  if (old === undefined || old >= seconds) return true;
  faults.push(fieldInvalid(path, seconds, "must be less than or equal to previous value"));
  return false;
}

function checkOnlyAddedTolerations(
  tolerations: readonly In<Toleration>[] = [],
  old: readonly In<Toleration>[] = [],
  faults: FieldError[],
): void {
  const kept = (before: In<Toleration>): boolean =>
    tolerations.some((now) => deepEqual({ ...before, tolerationSeconds: now.tolerationSeconds }, now));
  if (old.every(kept)) checkTolerations(tolerations, "spec.tolerations", faults);
  else {
    const detail = "existing toleration can not be modified except its tolerationSeconds";
    faults.push(fieldForbidden("spec.tolerations", detail));
  }
}

function checkOnlyRemovedGates(spec: In<PodSpec>, old: In<PodSpec>, faults: FieldError[]): void {
  const before = new Set((old.schedulingGates ?? []).map(({ name }) => name));
  spec.schedulingGates?.forEach(({ name }, index) => {
    if (before.has(name)) return;
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    faults.push(fieldForbidden(`spec.schedulingGates[${index}].name`, detail));
  });
}

function checkNothingElseChanged(spec: In<PodSpec>, old: In<PodSpec>, faults: FieldError[]): void {
  const munged: PodSpec = cloneJson(spec);
  const previous = old as PodSpec;
  munged.containers.forEach((container, index) => {
    container.image = old.containers[index]!.image;
  });
  munged.initContainers?.forEach((container, index) => {
    container.image = old.initContainers![index]!.image;
  });
  munged.activeDeadlineSeconds = old.activeDeadlineSeconds;
  munged.schedulingGates = previous.schedulingGates;
  munged.tolerations = previous.tolerations;
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && munged.terminationGracePeriodSeconds === 1) {
    munged.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds;
  }
  if (old.schedulingGates?.length) maskGatedChanges(munged, previous, faults);
  if (deepEqual(munged, old)) return;
  const detail = `pod updates may not change fields other than ${updatable}\n${changesText(old, munged)}`;
  faults.push(fieldForbidden("spec", detail));
}

/** A gated pod's node selector and required node affinity may still become narrower (KEP-3838). */
function maskGatedChanges(munged: PodSpec, old: PodSpec, faults: FieldError[]): void {
  if (!deepEqual(munged.nodeSelector, old.nodeSelector)) {
    const narrowed = Object.entries(old.nodeSelector ?? {}).every(
      ([key, value]) => munged.nodeSelector?.[key] === value,
    );
    if (!narrowed) {
      const detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
      faults.push(fieldInvalid("spec.nodeSelector", munged.nodeSelector ?? null, detail));
    }
    munged.nodeSelector = old.nodeSelector;
  }
  const oldAffinity = old.affinity?.nodeAffinity;
  if (deepEqual(munged.affinity?.nodeAffinity, oldAffinity)) return;
  checkNarrowedAffinity(munged.affinity?.nodeAffinity, oldAffinity, faults);
  const affinity = { ...munged.affinity, nodeAffinity: oldAffinity };
  const empty = !affinity.nodeAffinity && !affinity.podAffinity && !affinity.podAntiAffinity;
  munged.affinity = empty && !old.affinity ? undefined : affinity;
}

const required = "requiredDuringSchedulingIgnoredDuringExecution";

function checkNarrowedAffinity(
  now: NodeAffinity | undefined,
  old: NodeAffinity | undefined,
  faults: FieldError[],
): void {
  const oldTerms = old?.[required]?.nodeSelectorTerms ?? [];
  const terms = now?.[required]?.nodeSelectorTerms ?? [];
  const path = `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms`;
  if (oldTerms.length === 0) return;
  if (oldTerms.length !== terms.length) {
    const detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
    faults.push(fieldInvalid(path, terms, detail));
    return;
  }
  oldTerms.forEach((term, index) => {
    if (onlyAdds(terms[index]!, term)) return;
    const detail = "only additions are allowed (no mutations or deletions)";
    faults.push(fieldInvalid(`${path}[${index}]`, terms[index], detail));
  });
}

/** An empty term matches nothing, so adding to it would widen it. */
function onlyAdds(now: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const parts = ["matchExpressions", "matchFields"] as const;
  if (parts.every((part) => !old[part]?.length)) return parts.every((part) => !now[part]?.length);
  return parts.every((part) => deepEqual((now[part] ?? []).slice(0, old[part]?.length ?? 0), old[part] ?? []));
}
