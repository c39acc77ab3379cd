/** Names of compute resources ("cpu", "nvidia.com/gpu") and their quantities, as containers, quotas and nodes use them. */
import {
  compareQuantities,
  fieldInvalid,
  isQualifiedName,
  isQuantity,
  quantityMilli,
  type FieldError,
} from "@k8ts/api";
import { negativeDetail } from "./field-checks.ts";

const hugePagesPrefix = "hugepages-";
const requestsPrefix = "requests.";

const containerResources = new Set(["cpu", "memory", "ephemeral-storage"]);

const integerResources = new Set([
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
]);

const quotaResources = new Set([
  ...integerResources,
  "cpu",
  "memory",
  "ephemeral-storage",
  "requests.cpu",
  "requests.memory",
  "requests.storage",
  "requests.ephemeral-storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
]);

/** "hugepages-2Mi". */
export const isHugePages = (name: string): boolean => name.startsWith(hugePagesPrefix);
const isQuotaHugePages = (name: string): boolean =>
  isHugePages(name) || name.startsWith(requestsPrefix + hugePagesPrefix);

/** A resource that Kubernetes itself defines. */
export const isNativeResource = (name: string): boolean => !name.includes("/") || name.includes("kubernetes.io/");

/** A resource whose limit may exceed its request. */
export const isOvercommitAllowed = (name: string): boolean => isNativeResource(name) && !isHugePages(name);

/** A resource of somebody else's, counted in whole numbers: "nvidia.com/gpu". */
export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith(requestsPrefix)) return false;
  return isQualifiedName(requestsPrefix + name).length === 0;
}

/** A resource a quota may limit without a domain in its name. */
export const isStandardQuotaResource = (name: string): boolean => quotaResources.has(name) || isQuotaHugePages(name);
const isStandardResource = (name: string): boolean => name === "storage" || isStandardQuotaResource(name);

/** True where a resource is counted in whole numbers. */
export const isIntegerResource = (name: string): boolean => integerResources.has(name) || isExtendedResource(name);

/** Any resource name. Returns whether it was fine. */
export function checkResourceName(name: string, path: string, faults: FieldError[]): boolean {
  const before = faults.length;
  for (const detail of isQualifiedName(name)) faults.push(fieldInvalid(path, name, detail));
  if (faults.length === before && !name.includes("/") && !isStandardResource(name)) {
    faults.push(fieldInvalid(path, name, "must be a standard resource type or fully qualified"));
  }
  return faults.length === before;
}

/** A resource that a container may ask for. */
export function checkContainerResourceName(name: string, path: string, faults: FieldError[]): void {
  checkResourceName(name, path, faults);
  if (!name.includes("/")) {
    if (!containerResources.has(name) && !isHugePages(name)) {
      faults.push(fieldInvalid(path, name, "must be a standard resource for containers"));
    }
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    faults.push(fieldInvalid(path, name, "doesn't follow extended resource name standard"));
  }
}

/** A resource that a quota may limit. */
export function checkQuotaResourceName(name: string, path: string, faults: FieldError[]): void {
  checkResourceName(name, path, faults);
  if (!name.includes("/") && !isStandardQuotaResource(name)) {
    faults.push(fieldInvalid(path, name, "must be a standard resource for quota"));
  }
}

/** An amount of a resource: not negative, and whole where the resource is counted. Malformed ones never get here. */
export function checkResourceAmount(name: string, amount: string, path: string, faults: FieldError[]): void {
  if (!isQuantity(amount)) return;
  if (compareQuantities(amount, "0") < 0) faults.push(fieldInvalid(path, amount, negativeDetail));
  if (isIntegerResource(name) && quantityMilli(amount) % 1000 !== 0) {
    faults.push(fieldInvalid(path, amount, "must be an integer"));
  }
}

/** The page size in "hugepages-2Mi": "2Mi"; undefined for other resources. */
export function hugePageSize(name: string): string | undefined {
  return isHugePages(name) ? name.slice(hugePagesPrefix.length) : undefined;
}
