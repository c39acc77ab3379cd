/** ResourceQuotas: what the store must know of them. */
import { canonicalQuantity, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { ResourceQuota } from "@k8ts/api/core/v1";
import { checkImmutable } from "../meta/field-checks.ts";
import { checkResourceAmount } from "../meta/resource-names.ts";
import { ageColumn, nameColumn, text } from "../printing/columns.ts";
import { clearStatus, keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";

type In<T> = DeepReadonly<T>;

function checkAmounts(amounts: Readonly<Record<string, string>> | undefined, path: string, faults: FieldError[]): void {
  for (const [name, amount] of Object.entries(amounts ?? {})) {
    checkResourceAmount(name, amount, `${path}[${name}]`, faults);
  }
}

function validate({ spec }: In<ResourceQuota>): FieldError[] {
  const faults: FieldError[] = [];
  checkAmounts(spec?.hard, "spec.hard", faults);
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
