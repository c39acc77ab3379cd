/** ResourceQuotas: what the store must know of them. */
import { canonicalQuantity, fieldInvalid, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { ResourceQuota } from "@k8ts/api/core/v1";
import { checkImmutable } from "../meta/field-checks.ts";
import { checkQuotaResourceName, checkResourceAmount, isStandardQuotaResource } from "../meta/resource-names.ts";
import { ageColumn, nameColumn, text } from "../printing/columns.ts";
import { clearStatus, keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";

type In<T> = DeepReadonly<T>;

function checkAmounts(amounts: Readonly<Record<string, string>> | undefined, path: string, faults: FieldError[]): void {
  for (const [name, amount] of Object.entries(amounts ?? {})) {
    checkQuotaResourceName(name, `${path}[${name}]`, faults);
    checkResourceAmount(name, amount, `${path}[${name}]`, faults);
  }
}

const scopes: readonly string[] = [
  "Terminating",
  "NotTerminating",
  "BestEffort",
  "NotBestEffort",
  "PriorityClass",
  "CrossNamespacePodAffinity",
  "VolumeAttributesClass",
];

const contrary: readonly (readonly [string, string])[] = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
];

/** What a scope can be counted with: pods alone for best-effort ones, claims for volume classes, else pods and compute. */
function mayScope(scope: string, resource: string): boolean {
  if (scope === "BestEffort") return resource === "pods";
  if (scope === "VolumeAttributesClass")
    return resource === "persistentvolumeclaims" || resource === "requests.storage";
  return /^(?:pods|(?:requests\.|limits\.)?(?:cpu|memory))$/.test(resource);
}

function checkScopes(spec: In<ResourceQuota>["spec"], faults: FieldError[]): void {
  const given = spec?.scopes ?? [];
  const fault = (detail: string): number => faults.push(fieldInvalid("spec.scopes", given, detail));
  for (const scope of given) {
    if (!scopes.includes(scope)) fault("unsupported scope");
    for (const resource of Object.keys(spec?.hard ?? {}).sort()) {
      if (isStandardQuotaResource(resource) && scopes.includes(scope) && !mayScope(scope, resource)) {
        fault("unsupported scope applied to resource");
      }
    }
  }
  if (contrary.some((pair) => pair.every((scope) => given.includes(scope)))) fault("conflicting scopes");
}

function validate({ spec }: In<ResourceQuota>): FieldError[] {
  const faults: FieldError[] = [];
  checkAmounts(spec?.hard, "spec.hard", faults);
  checkScopes(spec, faults);
  return faults;
}

/** "pods: 1/10, cpu: 2/4", of limits or of everything else. */
function usage({ status }: In<ResourceQuota>, limits: boolean): string {
  const names = Object.keys(status?.hard ?? {}).filter((name) => name.startsWith("limits.") === limits);
  const used = (name: string): string => canonicalQuantity(status?.used?.[name] ?? "0");
  return names
    .sort()
    .map((name) => `${name}: ${used(name)}/${canonicalQuantity(status!.hard![name]!)}`)
    .join(", ");
}

/** ResourceQuotas. */
export const resourceQuota: Strategy<ResourceQuota> = {
  group: "",
  resource: "resourcequotas",
  prepareForCreate: clearStatus,
  prepareForUpdate: keepStatus,
  validate,
  validateUpdate(object, old) {
    const faults = validate(object);
    const sorted = (scopes: readonly string[] | undefined): string[] => [...new Set(scopes)].sort();
    checkImmutable(sorted(object.spec?.scopes), sorted(old.spec?.scopes), "spec.scopes", faults);
    checkImmutable(object.spec?.scopeSelector, old.spec?.scopeSelector, "spec.scopeSelector", faults);
    return faults;
  },
  columns: [
    nameColumn,
    text("Request", "Used and allowed amounts of requests and objects.", (object) => usage(object, false)),
    text("Limit", "Used and allowed amounts of limits.", (object) => usage(object, true)),
    ageColumn,
  ],
  status: statusSubresource<ResourceQuota>(({ status }) => {
    const faults: FieldError[] = [];
    checkAmounts(status?.hard, "status.hard", faults);
    checkAmounts(status?.used, "status.used", faults);
    return faults;
  }),
};
