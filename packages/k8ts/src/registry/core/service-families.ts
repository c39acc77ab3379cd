/** Which IP families a Service has, and its cluster IPs before any is allocated: filling in, and refusing contradictions. */
import { fieldInvalid, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { Service, ServiceSpec } from "@k8ts/api/core/v1";
import { lent } from "../status-subresource.ts";
import { familyOf, needsClusterIP, needsHealthCheck, needsNodePort, sameList } from "./service-kinds.ts";
import { checkClusterIPs } from "./service-validation.ts";

type In<T> = DeepReadonly<T>;
type Family = "IPv4" | "IPv6";

const sameClusterIPs = (a: In<ServiceSpec>, b: In<ServiceSpec>): boolean => sameList(a.clusterIPs, b.clusterIPs);
const sameFamilies = (a: In<ServiceSpec>, b: In<ServiceSpec>): boolean => sameList(a.ipFamilies, b.ipFamilies);
const other = (family: string): Family => (family === "IPv4" ? "IPv6" : "IPv4");

/** A client that leaves out what was allocated means to keep it. */
export function keepAllocated(service: Service, old: In<Service>): void {
  const spec = service.spec ?? {};
  const was = old.spec ?? {};
  if (needsClusterIP(old) && needsClusterIP(service)) {
    spec.clusterIP ||= was.clusterIP;
    if (!spec.clusterIPs?.length && was.clusterIPs?.length) spec.clusterIPs = [...was.clusterIPs];
  }
  if (needsNodePort(old) && needsNodePort(service)) keepNodePorts(spec, was);
  if (needsHealthCheck(old) && needsHealthCheck(service)) spec.healthCheckNodePort ||= was.healthCheckNodePort;
}

function keepNodePorts(spec: ServiceSpec, was: In<ServiceSpec>): void {
  const before = new Set((was.ports ?? []).map(({ nodePort }) => nodePort ?? 0));
  const used = new Set(
    (spec.ports ?? []).map(({ nodePort }) => nodePort ?? 0).filter((port) => port && before.has(port)),
  );
  const byName = new Map((was.ports ?? []).map(({ name, nodePort }) => [name ?? "", nodePort]));
  for (const port of spec.ports ?? []) {
    const kept = byName.get(port.name ?? "");
    if (!port.nodePort && kept && !used.has(kept)) port.nodePort = kept;
  }
}

/** Clients that know only clusterIP: what they say of it holds for clusterIPs. */
export function alignClusterIPs(service: Service, old: In<Service> | undefined): void {
  const spec = service.spec ?? {};
  if (!old) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  const was = old.spec ?? {};
  if (was.clusterIPs?.length && !spec.clusterIPs?.length && (was.clusterIP ?? "") === (spec.clusterIP ?? "")) {
    spec.clusterIPs = lent(was.clusterIPs);
  }
  if ((was.clusterIP ?? "") === (spec.clusterIP ?? "") || !sameClusterIPs(was, spec)) return;
  spec.clusterIPs = was.clusterIP && !spec.clusterIP ? undefined : [spec.clusterIP ?? ""];
}

/** True where a dual-stack-if-possible Service is written back as it was: it stays what it became. */
export function isUnchangedPreferDualStack(service: In<Service>, old: In<Service> | undefined): boolean {
  const spec = service.spec ?? {};
  const was = old?.spec;
  if (!was || spec.ipFamilyPolicy !== "PreferDualStack" || was.type !== spec.type || spec.type === "ExternalName")
    return false;
  if (was.ipFamilyPolicy !== undefined && was.ipFamilyPolicy !== "PreferDualStack") return false;
  return sameClusterIPs(was, spec) && sameFamilies(was, spec);
}

/** Sets ipFamilyPolicy and ipFamilies. `configured` are the cluster's families, the default one first. */
export function settleFamilies(
  service: Service,
  old: In<Service> | undefined,
  configured: readonly Family[],
): FieldError[] {
  const spec = service.spec ?? {};
  if (spec.type === "ExternalName" || isUnchangedPreferDualStack(service, old)) return [];
  const headlessWithoutSelector = spec.clusterIP === "None" && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ??= old?.spec?.ipFamilyPolicy ?? (headlessWithoutSelector ? "RequireDualStack" : "SingleStack");
  const faults: FieldError[] = [];
  checkClusterIPs(service, old, faults);
  if (faults.length > 0) return faults;
  if (old) settleChange(spec, old.spec ?? {}, faults);
  checkSingleStack(spec, faults);
  familiesOfAddresses(spec, configured, faults);
  if (faults.length > 0) return faults;
  if (headlessWithoutSelector) {
    settleHeadless(spec, configured);
    return [];
  }
  checkConfigured(spec, configured, faults);
  if (faults.length > 0) return faults;
  const families = spec.ipFamilies?.length ? spec.ipFamilies : [configured[0] ?? "IPv4"];
  const second = spec.ipFamilyPolicy !== "SingleStack" && families.length === 1 && configured.length === 2;
  spec.ipFamilies = second ? [families[0]!, other(families[0]!)] : families;
  return [];
}

function settleChange(spec: ServiceSpec, was: In<ServiceSpec>, faults: FieldError[]): void {
  const path = "spec.ipFamilyPolicy";
  if (spec.ipFamilyPolicy === "SingleStack") {
    if (sameClusterIPs(spec, was) && (spec.clusterIPs?.length ?? 0) > 1) spec.clusterIPs = spec.clusterIPs!.slice(0, 1);
    if (sameFamilies(spec, was) && (spec.ipFamilies?.length ?? 0) > 1) spec.ipFamilies = spec.ipFamilies!.slice(0, 1);
    return;
  }
  const fewer = (now: readonly unknown[] | undefined, before: readonly unknown[] | undefined): boolean =>
    (now?.length ?? 0) > 0 && now!.length < (before?.length ?? 0);
  if (fewer(spec.clusterIPs, was.clusterIPs)) {
    faults.push(fieldInvalid(path, spec.ipFamilyPolicy, "must be 'SingleStack' to release the secondary cluster IP"));
  }
  if (fewer(spec.ipFamilies, was.ipFamilies)) {
    faults.push(fieldInvalid(path, spec.ipFamilyPolicy, "must be 'SingleStack' to release the secondary IP family"));
  }
}

function checkSingleStack(spec: ServiceSpec, faults: FieldError[]): void {
  if (spec.ipFamilyPolicy !== "SingleStack") return;
  const must = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
  const path = "spec.ipFamilyPolicy";
  if (spec.clusterIPs?.length === 2) {
    faults.push(fieldInvalid(path, spec.ipFamilyPolicy, `${must} cluster IPs are specified`));
  }
  if (spec.ipFamilies?.length === 2) {
    faults.push(fieldInvalid(path, spec.ipFamilyPolicy, `${must} IP families are specified`));
  }
}

/** Addresses that were asked for say which families are meant. */
function familiesOfAddresses(spec: ServiceSpec, configured: readonly Family[], faults: FieldError[]): void {
  for (const [index, address] of (spec.clusterIPs ?? []).entries()) {
    if (address === "None") return;
    if (index < (spec.ipFamilies?.length ?? 0)) continue;
    const family = familyOf(address);
    if (configured.includes(family)) spec.ipFamilies = [...(spec.ipFamilies ?? []), family];
    else {
      const detail = `${family} is not configured on this cluster`;
      faults.push(fieldInvalid(`spec.clusterIPs[${index}]`, spec.clusterIPs, detail));
    }
  }
}

/** Whoever writes the endpoints of such a Service decides; both families are allowed, configured or not. */
function settleHeadless(spec: ServiceSpec, configured: readonly Family[]): void {
  const families = spec.ipFamilies?.length ? spec.ipFamilies : [configured[0] ?? "IPv4"];
  const one = families.length >= 2 || spec.ipFamilyPolicy === "SingleStack";
  spec.ipFamilies = one ? families : [families[0]!, other(families[0]!)];
}

function checkConfigured(spec: ServiceSpec, configured: readonly Family[], faults: FieldError[]): void {
  if (spec.ipFamilyPolicy === "RequireDualStack" && configured.length < 2) {
    const detail = "this cluster is not configured for dual-stack services";
    faults.push(fieldInvalid("spec.ipFamilyPolicy", spec.ipFamilyPolicy, detail));
  }
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    if (configured.includes(family as Family)) continue;
    faults.push(fieldInvalid(`spec.ipFamilies[${index}]`, family, "not configured on this cluster"));
  }
}
