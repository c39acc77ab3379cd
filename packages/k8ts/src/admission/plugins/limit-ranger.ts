/** What a namespace's LimitRanges say of the size of pods and claims: defaults for what they leave out, and bounds. */
import type { DeepReadonly } from "@k8ts/api";
import type { Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod, PodSpec } from "@k8ts/api/core/v1";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { checkBounds, checkClaimBounds, type Amounts } from "../limits.ts";
import { findAll } from "../lookup.ts";
import type { AdmissionParts } from "../parts.ts";
import { isFor, objectOf, refuse } from "../requests.ts";
import { totalOf } from "../../registry/index.ts";

const annotation = "kubernetes.io/limit-ranger";

type Items = readonly DeepReadonly<LimitRangeItem>[];

/** Adds what is missing; returns the names of what was. */
function fill(amounts: Record<string, string>, defaults: Amounts): string {
  const missing = Object.keys(defaults).filter((name) => amounts[name] === undefined);
  for (const name of missing) amounts[name] = defaults[name]!;
  return missing.sort().join(", ");
}

function setDefaults(pod: Pod, items: Items): void {
  const requests: Record<string, string> = {};
  const limits: Record<string, string> = {};
  for (const item of items) {
    if (item.type !== "Container") continue;
    Object.assign(requests, item.defaultRequest);
    Object.assign(limits, item.default);
  }
  const said: string[] = [];
  const fillContainer = (container: Container, what: string): void => {
    const resources = (container.resources ??= {});
    const setLimits = fill((resources.limits ??= {}), limits);
    const setRequests = fill((resources.requests ??= {}), requests);
    if (setRequests) said.push(`${setRequests} request for ${what} ${container.name}`);
    if (setLimits) said.push(`${setLimits} limit for ${what} ${container.name}`);
  };
  for (const container of pod.spec?.containers ?? []) fillContainer(container, "container");
  for (const container of pod.spec?.initContainers ?? []) fillContainer(container, "init container");
  if (said.length > 0) (pod.metadata.annotations ??= {})[annotation] = `LimitRanger plugin set: ${said.join("; ")}`;
}

function* podFaults(spec: DeepReadonly<PodSpec>, items: Items): Generator<string> {
  for (const item of items) {
    if (item.type === "Container") {
      for (const { resources } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
        yield* checkBounds(item, resources?.requests ?? {}, resources?.limits ?? {});
      }
    } else if (item.type === "Pod") {
      const requests = { ...totalOf(spec, "requests"), ...spec.resources?.requests };
      yield* checkBounds(item, requests, { ...totalOf(spec, "limits"), ...spec.resources?.limits });
    }
  }
}

/** Several faults in one line, as upstream joins them; the same text only once. */
function joined(faults: Iterable<string>): string | undefined {
  const all = [...new Set(faults)];
  if (all.length === 0) return undefined;
  return all.length === 1 ? all[0] : `[${all.join(", ")}]`;
}

const handled = (request: AdmissionRequest): boolean => {
  if (request.operation === "UPDATE") {
    return isFor(request, "", "pods", "resize") || isFor(request, "", "persistentvolumeclaims");
  }
  return request.operation === "CREATE" && (isFor(request, "", "pods") || isFor(request, "", "persistentvolumeclaims"));
};

/** LimitRanger. */
export function limitRanger({ lookup }: AdmissionParts): AdmissionPlugin {
  const rangesFor = (request: AdmissionRequest): Iterable<DeepReadonly<LimitRange>> =>
    request.oldObject?.metadata.deletionTimestamp !== undefined
      ? []
      : findAll<LimitRange>(lookup, "", "limitranges", request.namespace);
  return {
    name: "LimitRanger",
    handles: handled,
    admit(request) {
      if (request.resource.resource !== "pods") return;
      for (const range of rangesFor(request)) setDefaults(objectOf<Pod>(request), range.spec?.limits ?? []);
    },
    validate(request) {
      for (const { spec } of rangesFor(request)) {
        const items = spec?.limits ?? [];
        const faults =
          request.resource.resource === "pods"
            ? podFaults(objectOf<Pod>(request).spec ?? { containers: [] }, items)
            : checkClaimBounds(objectOf<PersistentVolumeClaim>(request).spec?.resources?.requests ?? {}, items);
        const detail = joined(faults);
        if (detail !== undefined) throw refuse(request, detail);
      }
    },
  };
}
