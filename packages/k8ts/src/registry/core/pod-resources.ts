/** Rules of requests and limits: of containers, of whole pods, and of overhead. */
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDnsLabel,
  isQuantity,
  quantityMilli,
  quantityValue,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Container, PodSpec, ResourceClaim, ResourceRequirements } from "@k8ts/api/core/v1";
import { checkFormat } from "../meta/field-checks.ts";
import {
  checkContainerResourceName,
  checkResourceAmount,
  checkResourceName,
  hugePageSize,
  isHugePages,
  isOvercommitAllowed,
} from "../meta/resource-names.ts";

type In<T> = DeepReadonly<T>;
type Amounts = Readonly<Record<string, string>>;
type NameCheck = (name: string, path: string, faults: FieldError[]) => void;

/** Requests and limits of a container; `claims` are the names of the pod's resource claims. */
export function checkContainerResources(
  resources: In<ResourceRequirements> | undefined,
  claims: ReadonlySet<string>,
  path: string,
  faults: FieldError[],
): void {
  if (resources) checkRequirements(resources, checkContainerResourceName, claims, path, faults);
}

function checkRequirements(
  resources: In<ResourceRequirements>,
  checkName: NameCheck,
  claims: ReadonlySet<string>,
  path: string,
  faults: FieldError[],
): void {
  const limits = resources.limits ?? {};
  const requests = resources.requests ?? {};
  checkAmounts(limits, checkName, `${path}.limits`, faults);
  for (const name in requests) {
    checkAmounts({ [name]: requests[name]! }, checkName, `${path}.requests`, faults);
    checkRequestAgainstLimit(name, requests[name]!, limits[name], path, faults);
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.includes("cpu") && !names.includes("memory")) {
    faults.push(fieldForbidden(path, "HugePages require cpu or memory"));
  }
  checkClaimNames(resources.claims, claims, `${path}.claims`, faults);
}

function checkAmounts(amounts: Amounts, checkName: NameCheck, path: string, faults: FieldError[]): void {
  for (const name in amounts) {
    const amount = amounts[name]!;
    checkName(name, `${path}[${name}]`, faults);
    checkResourceAmount(name, amount, `${path}[${name}]`, faults);
    if (isHugePages(name) && !isDivisible(name, amount)) {
      const detail = `${canonicalQuantity(amount)} is not positive integer multiple of ${name}`;
      faults.push(fieldInvalid(`${path}[${name}]`, canonicalQuantity(amount), detail));
    }
  }
}

function isDivisible(name: string, amount: string): boolean {
  const page = hugePageSize(name) ?? "";
  if (!isQuantity(page) || !isQuantity(amount)) return false;
  if (compareQuantities(page, "0") <= 0 || quantityMilli(page) % 1000 !== 0) return false;
  return quantityValue(amount) % quantityValue(page) === 0;
}

function checkRequestAgainstLimit(
  name: string,
  request: string,
  limit: string | undefined,
  path: string,
  faults: FieldError[],
): void {
  if (limit === undefined) {
    if (!isOvercommitAllowed(name)) {
      faults.push(fieldRequired(`${path}.limits`, "Limit must be set for non overcommitable resources"));
    }
    return;
  }
  if (!isQuantity(request) || !isQuantity(limit)) return;
  const order = compareQuantities(request, limit);
  const must = order !== 0 && !isOvercommitAllowed(name) ? "equal to" : order > 0 ? "less than or equal to" : undefined;
  if (!must) return;
  const detail = `must be ${must} ${name} limit of ${canonicalQuantity(limit)}`;
  faults.push(fieldInvalid(`${path}.requests`, canonicalQuantity(request), detail));
}

function checkClaimNames(
  used: readonly In<ResourceClaim>[] | undefined,
  claims: ReadonlySet<string>,
  path: string,
  faults: FieldError[],
): void {
  const seen = new Set<string>();
  used?.forEach(({ name, request }, index) => {
    const at = `${path}[${index}]`;
    if (!name) {
      faults.push(fieldRequired(at));
      return;
    }
    if (seen.has(name)) faults.push(fieldDuplicate(at, name));
    else {
      if (request) checkFormat(request, isDnsLabel, `${at}.request`, faults);
      const key = request ? `${name}/${request}` : name;
      const overlaps = !request && [...seen].some((other) => other.startsWith(`${name}/`));
      if (seen.has(key) || overlaps) faults.push(fieldDuplicate(at, key));
      seen.add(key);
    }
    if (!claims.has(name)) faults.push(unknownClaim(at, name, claims));
  });
}

function unknownClaim(path: string, name: string, claims: ReadonlySet<string>): FieldError {
  const known = claims.size === 0 ? " which is empty" : `: ${[...claims].sort().join(", ")}`;
  const detail = `Not found: ${JSON.stringify(name)}: must be one of the names in pod.spec.resourceClaims${known}`;
  return { type: "FieldValueNotFound", field: path, detail };
}

const podLevelResources = (name: string): boolean => name === "cpu" || name === "memory" || isHugePages(name);

function checkPodResourceName(name: string, path: string, faults: FieldError[]): void {
  if (!checkResourceName(name, path, faults) || podLevelResources(name)) return;
  faults.push(fieldNotSupported(path, name, ["cpu", "hugepages-", "memory"]));
}

/** Requests and limits of the pod as a whole (KEP-2837), also against those of its containers. */
export function checkPodResources(
  spec: In<PodSpec>,
  claims: ReadonlySet<string>,
  path: string,
  faults: FieldError[],
): void {
  const { resources } = spec;
  if (!resources) return;
  if (spec.os?.name === "windows") {
    faults.push(fieldForbidden(path, "may not be set for a windows pod"));
    return;
  }
  if (resources.claims)
    faults.push(fieldForbidden(`${path}.claims`, "claims may not be set for Resources at pod-level"));
  checkRequirements(resources, checkPodResourceName, claims, path, faults);
  checkEnoughForContainers(resources.requests, totalOf(spec, "requests"), "requests", `${path}.requests`, faults);
  const hugePages = Object.entries(totalOf(spec, "limits")).filter(([name]) => isHugePages(name));
  checkEnoughForContainers(resources.limits, Object.fromEntries(hugePages), "limits", `${path}.limits`, faults);
  spec.containers?.forEach((container, index) =>
    checkContainerLimit(container, resources.limits, `${path}.containers[${index}]`, faults),
  );
}

function checkEnoughForContainers(
  pod: Amounts | undefined,
  containers: Amounts,
  what: "requests" | "limits",
  path: string,
  faults: FieldError[],
): void {
  for (const name in containers) {
    const amount = pod?.[name];
    if (amount === undefined || compareQuantities(containers[name]!, amount) <= 0) continue;
    const detail = `must be greater than or equal to aggregate container ${what} of ${canonicalQuantity(containers[name]!)}`;
    faults.push(fieldInvalid(`${path}[${name}]`, canonicalQuantity(amount), detail));
  }
}

function checkContainerLimit(
  container: In<Container>,
  limits: Amounts | undefined,
  path: string,
  faults: FieldError[],
): void {
  const own = container.resources?.limits ?? {};
  for (const name in own) {
    const most = limits?.[name];
    if (most === undefined || compareQuantities(own[name]!, most) <= 0) continue;
    const detail = `must be less than or equal to pod limits of ${canonicalQuantity(most)}`;
    faults.push(fieldInvalid(`${path}[${name}].limits`, canonicalQuantity(own[name]!), detail));
  }
}

/**
 * What the containers of a pod need together: the sum of its containers and sidecars, or the most demanding init
 * container with the sidecars that run before it, whichever is more (KEP-753).
 */
export function totalOf(spec: In<PodSpec>, what: "requests" | "limits"): Record<string, string> {
  const total: Record<string, string> = {};
  for (const container of spec.containers ?? []) add(total, container.resources?.[what]);
  const sidecars: Record<string, string> = {};
  const initial: Record<string, string> = {};
  for (const container of spec.initContainers ?? []) {
    const own = container.resources?.[what] ?? {};
    if (container.restartPolicy === "Always") {
      add(total, own);
      add(sidecars, own);
      raise(initial, sidecars);
    } else {
      const together = { ...own };
      add(together, sidecars);
      raise(initial, together);
    }
  }
  raise(total, initial);
  return total;
}

function add(total: Record<string, string>, amounts: Amounts | undefined): void {
  for (const name in amounts) {
    const amount = amounts[name]!;
    total[name] = total[name] === undefined ? amount : addQuantities(total[name], amount);
  }
}

function raise(total: Record<string, string>, amounts: Amounts): void {
  for (const name in amounts) {
    const now = total[name];
    if (now === undefined || compareQuantities(amounts[name]!, now) > 0) total[name] = amounts[name]!;
  }
}
