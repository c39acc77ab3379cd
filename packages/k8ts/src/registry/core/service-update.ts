/** What may change of a Service that exists. */
import { fieldForbidden, fieldInvalid, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { Service, ServiceSpec } from "@k8ts/api/core/v1";
import { isHeadless, needsHealthCheck } from "./service-kinds.ts";
import { checkService } from "./service-validation.ts";

type In<T> = DeepReadonly<T>;

const fixed = "may not change once set";

/** An update of a Service itself. */
export function validateServiceUpdate(service: In<Service>, old: In<Service>): FieldError[] {
  const faults: FieldError[] = [];
  const spec = service.spec ?? {};
  const was = old.spec ?? {};
  if (spec.type !== "ExternalName" && was.type !== "ExternalName") {
    if (!isHeadless(service) || !isHeadless(old)) checkClusterIPChange(spec, was, faults);
    if (!isHeadless(service) && !isHeadless(old)) checkFamilyChange(spec, was, faults);
  }
  const balanced = spec.type === "LoadBalancer" && was.type === "LoadBalancer";
  if (balanced && spec.loadBalancerClass !== was.loadBalancerClass) {
    faults.push(fieldInvalid("spec.loadBalancerClass", spec.loadBalancerClass ?? null, fixed));
  }
  const checked = needsHealthCheck(service) && needsHealthCheck(old);
  if (checked && spec.healthCheckNodePort !== was.healthCheckNodePort) {
    faults.push(fieldForbidden("spec.healthCheckNodePort", "field is immutable"));
  }
  checkService(service, old, faults);
  return faults;
}

/** The first address stays; the second may come, and go with SingleStack. */
function checkClusterIPChange(spec: In<ServiceSpec>, was: In<ServiceSpec>, faults: FieldError[]): void {
  const now = spec.clusterIPs ?? [];
  const before = was.clusterIPs ?? [];
  const path = "spec.clusterIPs";
  if (now.length === before.length) {
    before.forEach((address, index) => {
      if (address !== now[index]) faults.push(fieldInvalid(`${path}[${index}]`, now, fixed));
    });
    return;
  }
  if (now.length === 0) faults.push(fieldInvalid(`${path}[0]`, now, "primary clusterIP can not be unset"));
  else if (before.length > 0 && now[0] !== before[0]) faults.push(fieldInvalid(`${path}[0]`, now, fixed));
  if (now.length === 1 && before.length > 1 && spec.ipFamilyPolicy !== "SingleStack") {
    const detail = "must be set to 'SingleStack' when releasing the secondary clusterIP";
    faults.push(fieldInvalid("spec.ipFamilyPolicy", spec.ipFamilyPolicy ?? null, detail));
  }
}

function checkFamilyChange(spec: In<ServiceSpec>, was: In<ServiceSpec>, faults: FieldError[]): void {
  const now = spec.ipFamilies ?? [];
  const before = was.ipFamilies ?? [];
  const path = "spec.ipFamilies[0]";
  if (now.length === before.length) {
    before.forEach((family, index) => {
      if (family !== now[index]) faults.push(fieldInvalid(path, now, fixed));
    });
    return;
  }
  if (now.length < before.length && !spec.clusterIPs?.length) {
    faults.push(fieldInvalid(path, now, "primary ipFamily can not be unset"));
  }
  if (now.length > 0 && before.length > 0 && now[0] !== before[0])
    faults.push(fieldInvalid(path, spec.clusterIPs ?? [], fixed));
  if (now.length === 1 && before.length > 1 && spec.ipFamilyPolicy !== "SingleStack") {
    const detail = "must be set to 'SingleStack' when releasing the secondary ipFamily";
    faults.push(fieldInvalid("spec.ipFamilyPolicy", spec.ipFamilyPolicy ?? null, detail));
  }
}
