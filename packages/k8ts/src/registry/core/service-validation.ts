/** Rules of Services, in upstream's words. */
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDnsLabel,
  isDnsSubdomain,
  isPortNumber,
  isQualifiedName,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Service, ServicePort, ServiceSpec } from "@k8ts/api/core/v1";
import { checkEndpointIP, checkLegacyCIDR, checkLegacyIP, isDualStack } from "../meta/addresses.ts";
import { checkFormat, checkRequiredSupported } from "../meta/field-checks.ts";
import { checkLabels } from "../meta/labels.ts";
import { protocols } from "./pod-containers.ts";
import { checkPortNumberOrName } from "./pod-probes.ts";
import { isExternallyAccessible, isHeadless, needsHealthCheck } from "./service-kinds.ts";

type In<T> = DeepReadonly<T>;

const onlyLoadBalancer = "may only be used when `type` is 'LoadBalancer'";
const sourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges";
const topologyHints = "service.kubernetes.io/topology-aware-hints";
const topologyMode = "service.kubernetes.io/topology-mode";

/** A Service, new or updated. */
export function checkService(service: In<Service>, old: In<Service> | undefined, faults: FieldError[]): void {
  const spec = service.spec ?? {};
  checkTopologyAnnotations(service, faults);
  if (!spec.ports?.length && !isHeadless(service) && spec.type !== "ExternalName") {
    faults.push(fieldRequired("spec.ports"));
  }
  checkType(service, spec, faults);
  checkPorts(service, spec, faults);
  if (spec.selector) checkLabels(spec.selector, "spec.selector", faults);
  checkAffinity(spec, faults);
  checkClusterIPs(service, old, faults);
  spec.externalIPs?.forEach((ip, index) => {
    const path = `spec.externalIPs[${index}]`;
    if (checkLegacyIP(ip, path, faults, old?.spec?.externalIPs)) checkEndpointIP(ip, path, faults);
  });
  checkRequiredSupported(spec.type, ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"], "spec.type", faults);
  checkPortNumbers(spec, faults);
  checkSourceRanges(service, old, faults);
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== "LoadBalancer") {
    faults.push(fieldForbidden("spec.allocateLoadBalancerNodePorts", onlyLoadBalancer));
  }
  if (spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts === undefined) {
    faults.push(fieldRequired("allocateLoadBalancerNodePorts"));
  }
  checkLoadBalancerClass(spec, faults);
  checkTraffic(service, spec, faults);
}

function checkTopologyAnnotations({ metadata }: In<Service>, faults: FieldError[]): void {
  const hints = metadata.annotations?.[topologyHints];
  const mode = metadata.annotations?.[topologyMode];
  if (hints === undefined || mode === undefined || hints === mode) return;
  const detail = `must match annotations[${topologyHints}] when both are specified`;
  faults.push(fieldInvalid(`metadata.annotations[${topologyMode}]`, mode, detail));
}

function checkType(service: In<Service>, spec: In<ServiceSpec>, faults: FieldError[]): void {
  if ((spec.type === "LoadBalancer" || spec.type === "NodePort") && isHeadless(service)) {
    const detail = `may not be set to 'None' for ${spec.type} services`;
    faults.push(fieldInvalid("spec.clusterIPs[0]", spec.clusterIPs![0], detail));
  }
  if (spec.type !== "ExternalName") return;
  const detail = "may not be set for ExternalName services";
  if (spec.clusterIPs?.length) faults.push(fieldForbidden("spec.clusterIPs", detail));
  if (spec.ipFamilies?.length) faults.push(fieldForbidden("spec.ipFamilies", detail));
  if (spec.ipFamilyPolicy !== undefined) faults.push(fieldForbidden("spec.ipFamilyPolicy", detail));
  const name = (spec.externalName ?? "").replace(/\.$/, "");
  if (name) checkFormat(name, isDnsSubdomain, "spec.externalName", faults);
  else faults.push(fieldRequired("spec.externalName"));
}

function checkPorts(_service: In<Service>, spec: In<ServiceSpec>, faults: FieldError[]): void {
  const names = new Set<string>();
  const many = (spec.ports?.length ?? 0) > 1;
  spec.ports?.forEach((port, index) => checkPort(port, many, names, `spec.ports[${index}]`, faults));
}

function checkPort(port: In<ServicePort>, many: boolean, names: Set<string>, path: string, faults: FieldError[]): void {
  if (!port.name) {
    if (many) faults.push(fieldRequired(`${path}.name`));
  } else {
    checkFormat(port.name, isDnsLabel, `${path}.name`, faults);
    if (names.has(port.name)) faults.push(fieldDuplicate(`${path}.name`, port.name));
    names.add(port.name);
  }
  for (const detail of isPortNumber(port.port ?? 0)) faults.push(fieldInvalid(`${path}.port`, port.port ?? 0, detail));
  checkRequiredSupported(port.protocol, protocols, `${path}.protocol`, faults);
  checkPortNumberOrName(port.targetPort, `${path}.targetPort`, faults);
  if (port.appProtocol !== undefined) checkFormat(port.appProtocol, isQualifiedName, `${path}.appProtocol`, faults);
}

/** Node ports only where the type has them, and no pair of protocol and port twice. */
function checkPortNumbers(spec: In<ServiceSpec>, faults: FieldError[]): void {
  if (spec.type === "ClusterIP") {
    spec.ports?.forEach(({ nodePort }, index) => {
      if (!nodePort) return;
      faults.push(fieldForbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    });
  }
  const nodePorts = new Set<string>();
  spec.ports?.forEach(({ protocol, nodePort }, index) => {
    if (!nodePort) return;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) faults.push(fieldDuplicate(`spec.ports[${index}].nodePort`, nodePort));
    nodePorts.add(key);
  });
  const ports = new Set<string>();
  spec.ports?.forEach(({ protocol, port }, index) => {
    const key = `${protocol}/${port}`;
    if (ports.has(key)) faults.push(fieldDuplicate(`spec.ports[${index}]`, { protocol, port }));
    ports.add(key);
  });
}

function checkAffinity(spec: In<ServiceSpec>, faults: FieldError[]): void {
  const path = "spec.sessionAffinityConfig";
  checkRequiredSupported(spec.sessionAffinity, ["ClientIP", "None"], "spec.sessionAffinity", faults);
  if (spec.sessionAffinity === "None" && spec.sessionAffinityConfig) {
    faults.push(fieldForbidden(path, "must not be set when session affinity is None"));
  }
  if (spec.sessionAffinity !== "ClientIP") return;
  const when = "when session affinity type is ClientIP";
  const config = spec.sessionAffinityConfig;
  const seconds = config?.clientIP?.timeoutSeconds;
  if (!config) faults.push(fieldRequired(path, when));
  else if (!config.clientIP) faults.push(fieldRequired(`${path}.clientIP`, when));
  else if (seconds === undefined) faults.push(fieldRequired(`${path}.clientIP.timeoutSeconds`, when));
  else if (seconds <= 0 || seconds > 86_400) {
    const detail = "must be greater than 0 and less than 86400";
    faults.push(fieldInvalid(`${path}.clientIP.timeoutSeconds`, seconds, detail));
  }
}

/** clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy must say the same thing. */
export function checkClusterIPs(service: In<Service>, old: In<Service> | undefined, faults: FieldError[]): void {
  const spec = service.spec ?? {};
  if (spec.type === "ExternalName") return;
  const path = "spec.clusterIPs";
  const addresses = spec.clusterIPs ?? [];
  if (spec.clusterIP) {
    if (addresses.length === 0) faults.push(fieldRequired(path));
    else if (addresses[0] !== spec.clusterIP)
      faults.push(fieldInvalid(path, addresses, "first value must match `clusterIP`"));
  } else if (addresses.length > 0) {
    faults.push(fieldInvalid(path, addresses, "must be empty when `clusterIP` is not specified"));
  }
  checkFamilies(spec, faults);
  const before = faults.length;
  addresses.forEach((address, index) => {
    if (index === 0 && address === "None") {
      if (addresses.length > 1) faults.push(fieldInvalid(path, addresses, "'None' must be the first and only value"));
    } else checkLegacyIP(address, `${path}[${index}]`, faults, old?.spec?.clusterIPs);
  });
  const malformed = faults.length > before;
  if (addresses.length > 2) faults.push(fieldInvalid(path, addresses, "may only hold up to 2 values"));
  if (malformed) return;
  if (addresses.length > 1 && !isDualStack(addresses)) {
    faults.push(fieldInvalid(path, addresses, "may specify no more than one IP for each IP family"));
  }
  if (!isHeadless(service)) checkAddressFamilies(addresses, spec.ipFamilies ?? [], faults);
}

function checkFamilies(spec: In<ServiceSpec>, faults: FieldError[]): void {
  const seen = new Set<string>();
  const supported = ["IPv4", "IPv6"];
  spec.ipFamilies?.forEach((family, index) => {
    const path = `spec.ipFamilies[${index}]`;
    if (!supported.includes(family)) faults.push(fieldNotSupported(path, family, supported));
    if (seen.has(family)) faults.push(fieldDuplicate(path, family));
    seen.add(family);
  });
  const policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
  if (spec.ipFamilyPolicy === undefined || policies.includes(spec.ipFamilyPolicy)) return;
  faults.push(fieldNotSupported("spec.ipFamilyPolicy", spec.ipFamilyPolicy, policies));
}

function checkAddressFamilies(addresses: readonly string[], families: readonly string[], faults: FieldError[]): void {
  addresses.forEach((address, index) => {
    const family = families[index];
    if (family === undefined || (family === "IPv6") === address.includes(":")) return;
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    faults.push(fieldInvalid(`spec.clusterIPs[${index}]`, address, detail));
  });
}

function checkSourceRanges(service: In<Service>, old: In<Service> | undefined, faults: FieldError[]): void {
  const ranges = service.spec?.loadBalancerSourceRanges ?? [];
  const balanced = service.spec?.type === "LoadBalancer";
  if (ranges.length > 0) {
    const path = "spec.LoadBalancerSourceRanges";
    if (!balanced) faults.push(fieldForbidden(path, onlyLoadBalancer));
    const before = (old?.spec?.loadBalancerSourceRanges ?? []).map((range) => range.trim());
    ranges.forEach((range, index) => checkLegacyCIDR(range.trim(), `${path}[${index}]`, faults, before));
    return;
  }
  const text = service.metadata.annotations?.[sourceRangesAnnotation];
  if (text === undefined) return;
  const path = `metadata.annotations[${sourceRangesAnnotation}]`;
  if (!balanced) faults.push(fieldForbidden(path, onlyLoadBalancer));
  if (text.trim() === "" || old?.metadata.annotations?.[sourceRangesAnnotation] === text) return;
  for (const range of text.trim().split(",")) checkLegacyCIDR(range.trim(), path, faults);
}

function checkLoadBalancerClass(spec: In<ServiceSpec>, faults: FieldError[]): void {
  if (spec.loadBalancerClass === undefined) return;
  const path = "spec.loadBalancerClass";
  if (spec.type === "LoadBalancer") checkFormat(spec.loadBalancerClass, isQualifiedName, path, faults);
  else faults.push(fieldForbidden(path, onlyLoadBalancer));
}

function checkTraffic(service: In<Service>, spec: In<ServiceSpec>, faults: FieldError[]): void {
  const policies = ["Cluster", "Local"];
  if (!isExternallyAccessible(service)) {
    if (spec.externalTrafficPolicy) {
      const detail = "may only be set for externally-accessible services";
      faults.push(fieldInvalid("spec.externalTrafficPolicy", spec.externalTrafficPolicy, detail));
    }
  } else checkRequiredSupported(spec.externalTrafficPolicy, policies, "spec.externalTrafficPolicy", faults);
  checkHealthCheckPort(service, spec, faults);
  if (spec.internalTrafficPolicy === undefined) {
    if (spec.type !== "ExternalName") faults.push(fieldRequired("spec.internalTrafficPolicy"));
  } else if (!policies.includes(spec.internalTrafficPolicy)) {
    faults.push(fieldNotSupported("spec.internalTrafficPolicy", spec.internalTrafficPolicy, policies));
  }
  const distributions = ["PreferClose", "PreferSameZone", "PreferSameNode"];
  const distribution = spec.trafficDistribution;
  if (distribution === undefined || distributions.includes(distribution)) return;
  faults.push(fieldNotSupported("spec.trafficDistribution", distribution, distributions));
}

function checkHealthCheckPort(service: In<Service>, spec: In<ServiceSpec>, faults: FieldError[]): void {
  const path = "spec.healthCheckNodePort";
  const port = spec.healthCheckNodePort ?? 0;
  if (needsHealthCheck(service)) {
    if (port === 0) faults.push(fieldRequired(path));
    else for (const detail of isPortNumber(port)) faults.push(fieldInvalid(path, port, detail));
  } else if (port !== 0) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    faults.push(fieldInvalid(path, port, detail));
  }
}
