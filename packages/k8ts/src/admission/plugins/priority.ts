/** Pods get the number behind their priority class, so that the scheduler need not look it up (KEP-268). */
import type { DeepReadonly } from "@k8ts/api";
import type { Pod, PodSpec } from "@k8ts/api/core/v1";
import type { PriorityClass } from "@k8ts/api/scheduling/v1";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { find, findAll, type LookupResource } from "../lookup.ts";
import type { AdmissionParts } from "../parts.ts";
import { isFor, objectOf, oldObjectOf, refuse } from "../requests.ts";

const group = "scheduling.k8s.io";
const plural = "priorityclasses";

/** The global default; where there are several, the lowest. */
function defaultClass(lookup: LookupResource): DeepReadonly<PriorityClass> | undefined {
  let found: DeepReadonly<PriorityClass> | undefined;
  for (const one of findAll<PriorityClass>(lookup, group, plural, "")) {
    if (one.globalDefault && (!found || (one.value ?? 0) < (found.value ?? 0))) found = one;
  }
  return found;
}

function admitNewPod(request: AdmissionRequest, spec: PodSpec, lookup: LookupResource): void {
  const name = spec.priorityClassName;
  const found = name ? find<PriorityClass>(lookup, group, plural, "", name) : defaultClass(lookup);
  if (name && !found) throw refuse(request, `no PriorityClass with name ${name} was found`);
  const value = found?.value ?? 0;
  const policy = found ? found.preemptionPolicy : "PreemptLowerPriority";
  if (found) spec.priorityClassName = found.metadata.name;
  const computed = "priority admission controller computed";
  if (spec.priority !== undefined && spec.priority !== value) {
    const detail = `the integer value of priority (${spec.priority}) must not be provided in pod spec; ${computed} ${value} from the given PriorityClass name`;
    throw refuse(request, detail);
  }
  spec.priority = value;
  if (policy === undefined) return;
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    const detail = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; ${computed} ${policy} from the given PriorityClass name`;
    throw refuse(request, detail);
  }
  spec.preemptionPolicy = policy;
}

/** Priority. */
export function priority({ lookup }: AdmissionParts): AdmissionPlugin {
  return {
    name: "Priority",
    handles: (request) =>
      (request.operation === "CREATE" || request.operation === "UPDATE") &&
      (isFor(request, "", "pods") || isFor(request, group, plural)),
    admit(request) {
      if (request.resource.group !== "") return;
      const { spec } = objectOf<Pod>(request);
      if (!spec) return;
      if (request.operation === "CREATE") return admitNewPod(request, spec, lookup);
      const old = oldObjectOf<Pod>(request).spec;
      spec.priority ??= old?.priority;
      spec.preemptionPolicy ??= old?.preemptionPolicy;
    },
    validate(request) {
      if (request.resource.group !== group || !objectOf<PriorityClass>(request).globalDefault) return;
      const current = defaultClass(lookup)?.metadata.name;
      if (current === undefined) return;
      if (request.operation === "UPDATE" && current === request.name) return;
      throw refuse(request, `PriorityClass ${current} is already marked as default. Only one default can exist`);
    },
  };
}
