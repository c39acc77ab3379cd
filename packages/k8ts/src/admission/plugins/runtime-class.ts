/** Pods get the overhead and the scheduling constraints of the runtime class they name (KEP-585, KEP-688). */
import { deepEqual, type DeepReadonly } from "@k8ts/api";
import type { Pod, PodSpec, Toleration } from "@k8ts/api/core/v1";
import type { RuntimeClass } from "@k8ts/api/node/v1";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { find, type LookupResource } from "../lookup.ts";
import type { AdmissionParts } from "../parts.ts";
import { isFor, objectOf, refuse } from "../requests.ts";

function classOf(request: AdmissionRequest, lookup: LookupResource): DeepReadonly<RuntimeClass> | undefined {
  const name = objectOf<Pod>(request).spec?.runtimeClassName;
  if (name === undefined) return undefined;
  const found = find<RuntimeClass>(lookup, "node.k8s.io", "runtimeclasses", "", name);
  if (!found) throw refuse(request, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
  return found;
}

const mismatch = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

function setOverhead(request: AdmissionRequest, spec: PodSpec, { overhead }: DeepReadonly<RuntimeClass>): void {
  if (!overhead) return;
  const own = spec.overhead ?? {};
  const { podFixed = {} } = overhead;
  if (Object.keys(own).length > 0 && !deepEqual(own, podFixed)) throw refuse(request, mismatch);
  spec.overhead = { ...podFixed };
}

function setScheduling(request: AdmissionRequest, spec: PodSpec, { scheduling }: DeepReadonly<RuntimeClass>): void {
  if (!scheduling) return;
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    const own = spec.nodeSelector?.[key];
    if (own !== undefined && own !== value) {
      const detail = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
      throw refuse(request, detail);
    }
    (spec.nodeSelector ??= {})[key] = value;
  }
  if (scheduling.tolerations) spec.tolerations = mergeTolerations(spec.tolerations ?? [], scheduling.tolerations);
}

/** Both lists without those that another one covers. */
export function mergeTolerations(
  first: readonly DeepReadonly<Toleration>[],
  second: readonly DeepReadonly<Toleration>[],
): Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  all.forEach((one, index) => {
    const later = all.slice(index + 1);
    if (merged.some((other) => covers(other, one))) return;
    if (later.some((other) => !deepEqual(other, one) && covers(other, one))) return;
    merged.push({ ...one });
  });
  return merged;
}

function covers(wide: DeepReadonly<Toleration>, one: DeepReadonly<Toleration>): boolean {
  if (deepEqual(wide, one)) return true;
  const everyKey = !wide.key && wide.operator === "Exists";
  if ((one.key ?? "") !== (wide.key ?? "") && !everyKey) return false;
  if ((one.effect ?? "") !== (wide.effect ?? "") && wide.effect) return false;
  if (wide.effect === "NoExecute" && wide.tolerationSeconds !== undefined) {
    if (one.tolerationSeconds === undefined || one.tolerationSeconds > wide.tolerationSeconds) return false;
  }
  switch (wide.operator) {
    case "Exists":
      return true;
    case undefined:
    case "Equal":
      return (one.operator ?? "Equal") === "Equal" && (one.value ?? "") === (wide.value ?? "");
    default:
      return false;
  }
}

/** RuntimeClass. */
export function runtimeClass({ lookup }: AdmissionParts): AdmissionPlugin {
  return {
    name: "RuntimeClass",
    handles: (request) => request.operation === "CREATE" && isFor(request, "", "pods"),
    admit(request) {
      const found = classOf(request, lookup);
      const { spec } = objectOf<Pod>(request);
      if (!found || !spec) return;
      setOverhead(request, spec, found);
      setScheduling(request, spec, found);
    },
    validate(request) {
      const { overhead } = classOf(request, lookup) ?? {};
      const own = objectOf<Pod>(request).spec?.overhead;
      if (overhead) {
        if (!deepEqual(own ?? {}, overhead.podFixed ?? {})) throw refuse(request, mismatch);
      } else if (own !== undefined) {
        const detail = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead";
        throw refuse(request, detail);
      }
    },
  };
}
