/** ServiceCIDRs and IPAddresses: the API's own record of service addresses (KEP-1880). */
import {
  fieldInvalid,
  fieldRequired,
  isCIDR,
  isDnsSubdomain,
  isIP,
  isPathSegmentName,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { IPAddress, ServiceCIDR } from "@k8ts/api/networking/v1";
import { isDualStack } from "../meta/addresses.ts";
import { checkFormat, checkImmutable, checkRequiredFormat, immutableDetail } from "../meta/field-checks.ts";
import { ageColumn, nameColumn, text } from "../printing/columns.ts";
import { clearStatus, keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";

type In<T> = DeepReadonly<T>;

function validateRange({ spec }: In<ServiceCIDR>): FieldError[] {
  const path = "spec.cidrs";
  const cidrs = spec?.cidrs ?? [];
  if (cidrs.length === 0) return [fieldRequired(path, "at least one CIDR required")];
  if (cidrs.length > 2) return [fieldInvalid(path, spec, "may only hold up to 2 values")];
  const faults: FieldError[] = [];
  cidrs.forEach((cidr, index) => checkFormat(cidr, isCIDR, `${path}[${index}]`, faults));
  if (cidrs.length === 2 && !isDualStack(cidrs)) {
    const detail = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64";
    faults.push(fieldInvalid(path, cidrs, detail));
  }
  return faults;
}

/** A range may gain a second family, and nothing else. */
function validateRangeUpdate(range: In<ServiceCIDR>, old: In<ServiceCIDR>): FieldError[] {
  const now = range.spec?.cidrs ?? [];
  const before = old.spec?.cidrs ?? [];
  const grows = before.length === 1 && now.length === 2;
  if (now.length !== before.length && !grows) return [fieldInvalid("spec.cidrs", now, immutableDetail)];
  const faults: FieldError[] = [];
  before.forEach((cidr, index) => {
    if (cidr !== now[index]) faults.push(fieldInvalid(`spec.cidrs[${index}]`, now[index] ?? "", immutableDetail));
  });
  return grows ? [...faults, ...validateRange(range)] : faults;
}

/** ServiceCIDRs. */
export const serviceCIDR: Strategy<ServiceCIDR> = {
  group: "networking.k8s.io",
  resource: "servicecidrs",
  prepareForCreate: clearStatus,
  prepareForUpdate: keepStatus,
  generation: true,
  validate: validateRange,
  validateUpdate: validateRangeUpdate,
  columns: [nameColumn, text("CIDRs", "Ranges of addresses.", ({ spec }) => (spec?.cidrs ?? []).join(",")), ageColumn],
  status: statusSubresource<ServiceCIDR>(),
};

function validateAddress({ spec }: In<IPAddress>): FieldError[] {
  const faults: FieldError[] = [];
  const parent = spec?.parentRef;
  const path = "spec.parentRef";
  if (!parent) return [fieldRequired(path)];
  if (parent.group) checkFormat(parent.group, isDnsSubdomain, `${path}.group`, faults);
  checkRequiredFormat(parent.resource, isPathSegmentName, `${path}.resource`, faults);
  checkRequiredFormat(parent.name, isPathSegmentName, `${path}.name`, faults);
  if (parent.namespace) checkFormat(parent.namespace, isPathSegmentName, `${path}.namespace`, faults);
  return faults;
}

function parentText({ spec }: In<IPAddress>): string {
  const parent = spec?.parentRef;
  if (!parent) return "<none>";
  const resource = parent.group ? `${parent.resource}.${parent.group}` : parent.resource;
  return [resource.toLowerCase(), parent.namespace, parent.name].filter(Boolean).join("/");
}

/** IPAddresses, each named for the address it stands for. */
export const ipAddress: Strategy<IPAddress> = {
  group: "networking.k8s.io",
  resource: "ipaddresses",
  generation: true,
  validateName: (name) => isIP(name),
  validate: validateAddress,
  validateUpdate(object, old) {
    const faults: FieldError[] = [];
    checkImmutable(object.spec?.parentRef, old.spec?.parentRef, "spec.parentRef", faults);
    return faults;
  },
  columns: [nameColumn, text("ParentRef", "What the address belongs to.", parentText), ageColumn],
};
