/** The `resize` subresource: changing cpu and memory of a running pod, and nothing else (KEP-1287). */
import {
  podQosClass,
  cloneJson,
  deepEqual,
  fieldForbidden,
  fieldInvalid,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Container, Pod, PodSpec, ResourceRequirements } from "@k8ts/api/core/v1";
import { keepMetadata, lent } from "../status-subresource.ts";
import type { UpdateStrategy } from "../strategy.ts";
import { mirrorAnnotation } from "./pod-annotations.ts";
import { rulesForUpdate } from "./pod-rules.ts";
import { checkPodMetadataAndSpec } from "./pod-validation.ts";
import { isSidecar } from "./pod-visit.ts";

type In<T> = DeepReadonly<T>;
type Amounts = Readonly<Record<string, string>> | undefined;

/** Resources and resize policies of the containers come from the new object; containers must be the same ones in order. */
function mergeContainers(containers: Container[] = [], old: readonly In<Container>[] = []): Container[] {
  if (containers.some(({ name }, index) => old[index]?.name !== name)) return containers;
  return old.map((before, index) => ({
    ...lent<Container>(before),
    resources: containers[index]!.resources,
    resizePolicy: containers[index]!.resizePolicy,
  }));
}

function prepareForUpdate(pod: Pod, old: In<Pod>): void {
  const spec = pod.spec ?? { containers: [] };
  const oldSpec = old.spec ?? { containers: [] };
  const sameCount =
    spec.containers.length === oldSpec.containers.length &&
    (spec.initContainers ?? []).length === (oldSpec.initContainers ?? []).length;
  // Validation says which containers came or went.
  if (!sameCount) return;
  pod.spec = {
    ...lent<PodSpec>(oldSpec),
    resources: spec.resources,
    containers: mergeContainers(spec.containers, oldSpec.containers),
    initContainers: oldSpec.initContainers && mergeContainers(spec.initContainers, oldSpec.initContainers),
  };
  pod.status = lent(old.status);
  keepMetadata(pod, old);
}

function validateUpdate(pod: In<Pod>, old: In<Pod>): FieldError[] {
  const faults: FieldError[] = [];
  const spec = pod.spec ?? { containers: [] };
  const oldSpec = old.spec ?? { containers: [] };
  checkPodMetadataAndSpec(pod, rulesForUpdate(oldSpec, true), faults);
  if (old.metadata.annotations?.[mirrorAnnotation] !== undefined) {
    return [fieldForbidden("", "static pods cannot be resized")];
  }
  if (oldSpec.os?.name === "windows") return [fieldForbidden("", "windows pods cannot be resized")];
  if ((old.status?.qosClass || podQosClass(oldSpec)) !== podQosClass(spec)) {
    const detail = "Pod QOS Class may not change as a result of resizing";
    faults.push(fieldInvalid("spec", pod.status?.qosClass ?? "", detail));
  }
  const running = old.status?.containerStatuses?.find(({ state }) => state?.running);
  if (running && !running.resources)
    faults.push(fieldForbidden("spec", "Pod running on node without support for resize"));
  if (old.status?.nodeAllocatableResourceClaimStatuses?.length) {
    faults.push(fieldForbidden("spec", "pods with node allocatable resource claims cannot be resized"));
  }
  checkPodLevel(spec, oldSpec, faults);
  const before = faults.length;
  checkOrder(spec.containers, oldSpec.containers, "containers", faults);
  checkOrder(spec.initContainers, oldSpec.initContainers, "initContainers", faults);
  if (faults.length === before) checkOnlyResources(spec, oldSpec, faults);
  return faults;
}

function checkPodLevel(spec: In<PodSpec>, old: In<PodSpec>, faults: FieldError[]): void {
  if (!old.resources) return;
  const path = "spec.resources";
  if (!spec.resources) {
    faults.push(fieldForbidden(path, "pod-level resources cannot be removed"));
    return;
  }
  checkNotRemoved(spec.resources, old.resources, path, "pod-level resource", faults);
}

function checkNotRemoved(
  resources: In<ResourceRequirements> | undefined,
  old: In<ResourceRequirements> | undefined,
  path: string,
  what: string,
  faults: FieldError[],
): void {
  for (const kind of ["requests", "limits"] as const) {
    if (Object.keys(old?.[kind] ?? {}).every((name) => resources?.[kind]?.[name] !== undefined)) continue;
    faults.push(fieldForbidden(`${path}.${kind}`, `${what} ${kind} cannot be removed`));
  }
}

function checkOrder(
  containers: readonly In<Container>[] = [],
  old: readonly In<Container>[] = [],
  field: string,
  faults: FieldError[],
): void {
  if (containers.length !== old.length) {
    faults.push(fieldForbidden(`spec.${field}`, `${field} may not be added or removed on resize`));
    return;
  }
  old.forEach(({ name }, index) => {
    if (containers[index]!.name === name) return;
    faults.push(fieldForbidden(`spec.${field}[${index}].name`, `${field} may not be renamed or reordered on resize`));
  });
}

/** `amounts` with cpu and memory as they were: what is left must not have changed. */
function withoutCompute(amounts: Amounts, old: Amounts): Record<string, string> {
  const { cpu: _cpu, memory: _memory, ...others } = amounts ?? {};
  const rest: Record<string, string> = { ...others };
  if (old?.cpu !== undefined) rest.cpu = old.cpu;
  if (old?.memory !== undefined) rest.memory = old.memory;
  return rest;
}

function mask(container: Container, old: In<Container>): void {
  container.resources = {
    ...container.resources,
    limits: withoutCompute(container.resources?.limits, old.resources?.limits),
    requests: withoutCompute(container.resources?.requests, old.resources?.requests),
  };
}

const normalized = (container: In<Container>): In<Container> => ({
  ...container,
  resources: { limits: {}, requests: {}, ...container.resources },
});

function checkOnlyResources(spec: In<PodSpec>, old: In<PodSpec>, faults: FieldError[]): void {
  const munged: PodSpec = cloneJson(spec);
  munged.containers.forEach((container, index) => {
    const before = old.containers[index]!;
    checkNotRemoved(container.resources, before.resources, `spec.containers[${index}].resources`, "resource", faults);
    mask(container, before);
    if (!deepEqual(container, normalized(before))) {
      faults.push(fieldForbidden("spec", "only cpu and memory resources are mutable"));
    }
  });
  munged.initContainers?.forEach((container, index) =>
    checkInitContainer(container, old.initContainers![index]!, index, faults),
  );
  if (faults.length > 0) return;
  const rest = ({ containers: _a, initContainers: _b, resources: _c, ...others }: In<PodSpec>): unknown => others;
  if (!deepEqual(rest(munged), rest(old))) {
    faults.push(fieldForbidden("spec", "only cpu and memory resources are mutable"));
  }
}

function checkInitContainer(container: Container, old: In<Container>, index: number, faults: FieldError[]): void {
  const path = `spec.initContainers[${index}]`;
  const modified = !deepEqual(normalized(container), normalized(old));
  checkNotRemoved(container.resources, old.resources, `${path}.resources`, "resource", faults);
  mask(container, old);
  if (!deepEqual(container, normalized(old))) {
    const detail = "only cpu and memory resources for init or sidecar containers are mutable";
    faults.push(fieldForbidden(path, detail));
  }
  if (!modified || isSidecar(container)) return;
  if (container.resizePolicy?.some(({ restartPolicy }) => restartPolicy === "RestartContainer")) {
    const detail = "non-sidecar init containers with a resize policy of RestartContainer cannot be resized";
    faults.push(fieldForbidden(path, detail));
  }
}

/** The subresource. */
export const podResize: UpdateStrategy<Pod> = { prepareForUpdate, validateUpdate };
