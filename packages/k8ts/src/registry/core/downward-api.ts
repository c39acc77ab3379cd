/** References to a pod's own fields and resources, as environment variables and volumes make them. */
import {
  canonicalQuantity,
  compareQuantities,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isQualifiedName,
  isQuantity,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { ObjectFieldSelector, ResourceFieldSelector } from "@k8ts/api/core/v1";
import { checkFormat } from "../meta/field-checks.ts";

/** What a volume's file may show, in the order messages list it. */
export const volumeFieldPaths: readonly string[] = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
];

/** What an environment variable may show. */
export const envFieldPaths: readonly string[] = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];

/** Every path that exists, allowed or not. */
const knownPaths = new Set([
  ...volumeFieldPaths,
  ...envFieldPaths,
  "spec.restartPolicy",
  "spec.schedulerName",
  "status.phase",
]);

const resourcePaths = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
];

/** "metadata.labels['app']" as path and key; undefined without a key. */
function subscripted(path: string): [path: string, key: string] | undefined {
  if (!path.endsWith("']")) return undefined;
  const at = path.indexOf("['");
  return at < 1 ? undefined : [path.slice(0, at), path.slice(at + 2, -2)];
}

/** A reference to one of the pod's fields. */
export function checkObjectField(
  field: DeepReadonly<ObjectFieldSelector>,
  allowed: readonly string[],
  path: string,
  faults: FieldError[],
): void {
  if (!field.apiVersion) faults.push(fieldRequired(`${path}.apiVersion`));
  else if (!field.fieldPath) faults.push(fieldRequired(`${path}.fieldPath`));
  else checkFieldPath(field.apiVersion, field.fieldPath, allowed, path, faults);
}

function checkFieldPath(
  apiVersion: string,
  fieldPath: string,
  allowed: readonly string[],
  path: string,
  faults: FieldError[],
): void {
  const keyed = subscripted(fieldPath);
  const problem = unknownPath(apiVersion, fieldPath, keyed);
  if (problem) {
    faults.push(fieldInvalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${problem}`));
  } else if (keyed) {
    const key = keyed[0] === "metadata.annotations" ? keyed[1].toLowerCase() : keyed[1];
    checkFormat(key, isQualifiedName, path, faults);
  } else {
    // Clients of Kubernetes 1.0 still say spec.host.
    const current = fieldPath === "spec.host" ? "spec.nodeName" : fieldPath;
    if (!allowed.includes(current)) faults.push(fieldNotSupported(`${path}.fieldPath`, current, allowed));
  }
}

function unknownPath(apiVersion: string, fieldPath: string, keyed: [string, string] | undefined): string | undefined {
  if (apiVersion !== "v1") return `unsupported pod version: ${apiVersion}`;
  if (keyed) {
    const known = keyed[0] === "metadata.annotations" || keyed[0] === "metadata.labels";
    return known ? undefined : `field label does not support subscript: ${fieldPath}`;
  }
  return fieldPath === "spec.host" || knownPaths.has(fieldPath) ? undefined : `field label not supported: ${fieldPath}`;
}

const byteDivisors = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

/** A reference to a container's request or limit; a volume must say of which container. */
export function checkContainerResourceField(
  field: DeepReadonly<ResourceFieldSelector>,
  path: string,
  inVolume: boolean,
  faults: FieldError[],
): void {
  const { resource } = field;
  if (inVolume && !field.containerName) faults.push(fieldRequired(`${path}.containerName`));
  else if (!resource) faults.push(fieldRequired(`${path}.resource`));
  else if (!resourcePaths.includes(resource) && !isHugePagesPath(resource)) {
    faults.push(fieldNotSupported(`${path}.resource`, resource, resourcePaths));
  }
  checkDivisor(resource ?? "", field.divisor, `${path}.divisor`, faults);
}

const isHugePagesPath = (resource: string): boolean =>
  resource.startsWith("requests.hugepages-") || resource.startsWith("limits.hugepages-");

function checkDivisor(resource: string, divisor: string | undefined, path: string, faults: FieldError[]): void {
  if (divisor === undefined || !isQuantity(divisor) || compareQuantities(divisor, "0") === 0) return;
  const rule = divisorRule(resource);
  if (!rule || rule.allowed.includes(canonicalQuantity(divisor))) return;
  const values = rule.allowed.join(rule.allowed.length === 2 ? " and " : ", ");
  faults.push(
    fieldInvalid(path, resource, `only divisor's values ${values} are supported with the ${rule.name} resource`),
  );
}

function divisorRule(resource: string): { allowed: readonly string[]; name: string } | undefined {
  if (isHugePagesPath(resource)) return { allowed: byteDivisors, name: "hugepages" };
  switch (resource.slice(resource.indexOf(".") + 1)) {
    case "cpu":
      return { allowed: ["1m", "1"], name: "cpu" };
    case "memory":
      return { allowed: byteDivisors, name: "memory" };
    case "ephemeral-storage":
      return { allowed: byteDivisors, name: "local ephemeral storage" };
    default:
      return undefined;
  }
}
