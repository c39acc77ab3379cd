/** Rules of a whole pod spec: what a Pod and every template of one must satisfy. */
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotFound,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  isDnsLabel,
  isDnsSubdomain,
  isDnsSubdomainWithUnderscore,
  isQualifiedName,
  rangeFault,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { PodResourceClaim, PodSpec } from "@k8ts/api/core/v1";
import { checkLegacyIP } from "../meta/addresses.ts";
import { checkFormat, checkRequiredSupported } from "../meta/field-checks.ts";
import { checkLabels } from "../meta/labels.ts";
import {
  checkContainers,
  checkEphemeralContainers,
  checkInitContainers,
  type ContainerContext,
} from "./pod-containers.ts";
import { checkContainerResources, checkPodResources } from "./pod-resources.ts";
import type { PodRules } from "./pod-rules.ts";
import { checkAffinity, checkSchedulingGates, checkTolerations, checkTopologySpread } from "./pod-scheduling.ts";
import { checkPodSecurityContext } from "./pod-security-context.ts";
import { eachContainer } from "./pod-visit.ts";
import { checkVolumes } from "./pod-volumes.ts";
import { checkHostProcess, checkLinuxPod, checkWindowsPod } from "./pod-windows.ts";

type In<T> = DeepReadonly<T>;

/** Largest activeDeadlineSeconds. */
export const maxInt32 = 2_147_483_647;

/** What is known of the pod around a spec; nothing of it in a template. */
export interface PodIdentity {
  readonly name?: string;
  /** A static pod that a kubelet reports. */
  readonly mirror: boolean;
}

/** A pod spec. `pod` is undefined in a template. */
export function checkPodSpec(
  spec: In<PodSpec>,
  pod: PodIdentity | undefined,
  path: string,
  rules: PodRules,
  faults: FieldError[],
): void {
  if (spec.terminationGracePeriodSeconds === undefined) {
    faults.push(fieldRequired(`${path}.terminationGracePeriodSeconds`));
  }
  const volumes = checkVolumes(spec.volumes, pod?.name, `${path}.volumes`, rules, faults);
  const claims = new Set((spec.resourceClaims ?? []).map(({ name }) => name).filter(Boolean));
  checkResourceClaims(spec.resourceClaims, pod, `${path}.resourceClaims`, faults);
  const context: ContainerContext = { spec, volumes, claims, hostUsers: spec.hostUsers !== false, rules };
  checkContainers(context, `${path}.containers`, faults);
  checkInitContainers(context, `${path}.initContainers`, faults);
  checkEphemeralContainers(context, `${path}.ephemeralContainers`, faults);
  checkPodResources(spec, claims, `${path}.resources`, faults);
  checkHostNetworkPorts(spec, rules, path, faults);
  checkRequiredSupported(spec.restartPolicy, ["Always", "OnFailure", "Never"], `${path}.restartPolicy`, faults);
  const dnsPolicies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
  checkRequiredSupported(spec.dnsPolicy, dnsPolicies, `${path}.dnsPolicy`, faults);
  checkLabels(spec.nodeSelector, `${path}.nodeSelector`, faults);
  checkPodSecurityContext(spec, rules, `${path}.securityContext`, faults);
  checkAffinity(spec.affinity, rules, `${path}.affinity`, faults);
  checkDnsConfig(spec, `${path}.dnsConfig`, faults);
  spec.readinessGates?.forEach(({ conditionType }, index) =>
    checkFormat(conditionType ?? "", isQualifiedName, `${path}.readinessGates[${index}].conditionType`, faults),
  );
  checkSchedulingGates(spec.schedulingGates, `${path}.schedulingGates`, faults);
  checkTopologySpread(spec.topologySpreadConstraints, rules, `${path}.topologySpreadConstraints`, faults);
  checkHostProcess(spec, path, faults);
  checkHostUsers(spec, path, faults);
  checkHostnameOverride(spec, path, faults);
  checkNames(spec, path, faults);
  checkDeadline(spec.activeDeadlineSeconds, `${path}.activeDeadlineSeconds`, faults);
  checkTolerations(spec.tolerations, `${path}.tolerations`, faults);
  checkHostAliases(spec, `${path}.hostAliases`, faults);
  checkClasses(spec, path, faults);
  checkOperatingSystem(spec, path, faults);
  checkFileKeyVolumes(spec, path, faults);
}

function checkResourceClaims(
  claims: readonly In<PodResourceClaim>[] | undefined,
  pod: PodIdentity | undefined,
  path: string,
  faults: FieldError[],
): void {
  const names = new Set<string>();
  claims?.forEach((claim, index) => {
    const at = `${path}[${index}]`;
    if (pod?.mirror) {
      faults.push(fieldForbidden("", "static pods do not support resource claims"));
      return;
    }
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    if (!name) faults.push(fieldRequired(`${at}.name`));
    else if (names.has(name)) faults.push(fieldDuplicate(`${at}.name`, name));
    else checkFormat(name, isDnsLabel, `${at}.name`, faults);
    names.add(name);
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      const detail = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified";
      faults.push(fieldInvalid(at, claim, detail));
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      const detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`";
      faults.push(fieldInvalid(at, claim, detail));
    }
    for (const field of ["resourceClaimName", "resourceClaimTemplateName"] as const) {
      const value = claim[field];
      if (value !== undefined) checkFormat(value, isDnsSubdomain, `${at}.${field}`, faults);
    }
  });
}

/** On the host's network a container's port is the host's. */
function checkHostNetworkPorts(spec: In<PodSpec>, rules: PodRules, path: string, faults: FieldError[]): void {
  if (!spec.hostNetwork) return;
  spec.containers?.forEach(({ ports }, index) =>
    ports?.forEach(({ hostPort = 0, containerPort }, portIndex) => {
      if (hostPort === containerPort || (hostPort === 0 && !rules.isPod)) return;
      const detail = "must match `containerPort` when `hostNetwork` is true";
      faults.push(fieldInvalid(`${path}.containers[${index}].ports[${portIndex}].hostPort`, hostPort, detail));
    }),
  );
}

function checkDnsConfig(spec: In<PodSpec>, path: string, faults: FieldError[]): void {
  const config = spec.dnsConfig;
  const nameservers = config?.nameservers ?? [];
  if (spec.dnsPolicy === "None") {
    if (!config) {
      faults.push(fieldRequired(path, "must provide `dnsConfig` when `dnsPolicy` is None"));
      return;
    }
    if (nameservers.length === 0) {
      const detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
      faults.push(fieldRequired(`${path}.nameservers`, detail));
      return;
    }
  }
  if (!config) return;
  if (nameservers.length > 3) {
    faults.push(fieldInvalid(`${path}.nameservers`, nameservers, "must not have more than 3 nameservers"));
  }
  nameservers.forEach((server, index) => checkLegacyIP(server, `${path}.nameservers[${index}]`, faults));
  checkDnsSearches(config.searches ?? [], `${path}.searches`, faults);
  config.options?.forEach(({ name }, index) => {
    if (!name) faults.push(fieldRequired(`${path}.options[${index}]`, "must not be empty"));
  });
}

function checkDnsSearches(searches: readonly string[], path: string, faults: FieldError[]): void {
  if (searches.length > 32) faults.push(fieldInvalid(path, searches, "must not have more than 32 search paths"));
  if (searches.join(" ").length > 2048) {
    const detail = "must not have more than 2048 characters (including spaces) in the search list";
    faults.push(fieldInvalid(path, searches, detail));
  }
  searches.forEach((search, index) => {
    if (search === ".") return;
    checkFormat(search.replace(/\.$/, ""), isDnsSubdomainWithUnderscore, `${path}[${index}]`, faults);
  });
}

/** A user namespace of its own cannot share the host's other namespaces (KEP-127). */
function checkHostUsers(spec: In<PodSpec>, path: string, faults: FieldError[]): void {
  if (spec.hostUsers !== false) return;
  const detail = "when `hostUsers` is false";
  if (spec.hostNetwork) faults.push(fieldForbidden(`${path}.hostNetwork`, detail));
  if (spec.hostPID) faults.push(fieldForbidden(`${path}.HostPID`, detail));
  if (spec.hostIPC) faults.push(fieldForbidden(`${path}.HostIPC`, detail));
  eachContainer(spec, path, (container, at) => {
    if (container.volumeDevices?.length) faults.push(fieldForbidden(`${at}.volumeDevices`, detail));
  });
}

function checkHostnameOverride(spec: In<PodSpec>, path: string, faults: FieldError[]): void {
  const name = spec.hostnameOverride;
  if (name === undefined) return;
  const at = `${path}.hostnameOverride`;
  if (spec.setHostnameAsFQDN) faults.push(fieldForbidden(at, "may not be specified when setHostnameAsFQDN is true"));
  if (spec.hostNetwork) faults.push(fieldForbidden(at, "may not be specified when hostNetwork is true"));
  if (name.length > 64) faults.push(fieldTooLong(at, 64));
  checkFormat(name, isDnsSubdomain, at, faults);
}

function checkNames(spec: In<PodSpec>, path: string, faults: FieldError[]): void {
  if (spec.serviceAccountName)
    checkFormat(spec.serviceAccountName, isDnsSubdomain, `${path}.serviceAccountName`, faults);
  if (spec.nodeName) checkFormat(spec.nodeName, isDnsSubdomain, `${path}.nodeName`, faults);
  if (spec.hostname) checkFormat(spec.hostname, isDnsLabel, `${path}.hostname`, faults);
  if (spec.subdomain) checkFormat(spec.subdomain, isDnsLabel, `${path}.subdomain`, faults);
}

function checkDeadline(seconds: number | undefined, path: string, faults: FieldError[]): void {
  if (seconds === undefined || (seconds >= 1 && seconds <= maxInt32)) return;
  faults.push(fieldInvalid(path, seconds, rangeFault(1, maxInt32)));
}

function checkHostAliases(spec: In<PodSpec>, path: string, faults: FieldError[]): void {
  spec.hostAliases?.forEach(({ ip, hostnames }, index) => {
    checkLegacyIP(ip ?? "", `${path}[${index}].ip`, faults);
    hostnames?.forEach((name, at) => checkFormat(name, isDnsSubdomain, `${path}[${index}].hostnames[${at}]`, faults));
  });
}

const noClaims: ReadonlySet<string> = new Set();

function checkClasses(spec: In<PodSpec>, path: string, faults: FieldError[]): void {
  if (spec.priorityClassName) checkFormat(spec.priorityClassName, isDnsSubdomain, `${path}.priorityClassName`, faults);
  if (spec.runtimeClassName !== undefined) {
    checkFormat(spec.runtimeClassName, isDnsSubdomain, `${path}.runtimeClassName`, faults);
  }
  if (spec.preemptionPolicy !== undefined) {
    checkRequiredSupported(
      spec.preemptionPolicy,
      ["PreemptLowerPriority", "Never"],
      `${path}.preemptionPolicy`,
      faults,
    );
  }
  if (spec.overhead) checkContainerResources({ limits: spec.overhead }, noClaims, `${path}.overhead`, faults);
  if (!spec.schedulingGroup) return;
  const group = spec.schedulingGroup.podGroupName;
  const at = `${path}.schedulingGroup.podGroupName`;
  if (group === undefined) faults.push(fieldInvalid(at, null, "must specify one of: `podGroupName`"));
  else checkFormat(group, isDnsSubdomain, at, faults);
}

function checkOperatingSystem(spec: In<PodSpec>, path: string, faults: FieldError[]): void {
  if (!spec.os) return;
  const systems = ["linux", "windows"];
  if (!spec.os.name) faults.push(fieldRequired(`${path}.os.name`));
  else if (!systems.includes(spec.os.name)) faults.push(fieldNotSupported(`${path}.os`, spec.os.name, systems));
  else if (spec.os.name === "linux") checkLinuxPod(spec, path, faults);
  else checkWindowsPod(spec, path, faults);
}

/** A variable from a file needs an emptyDir that holds it. */
function checkFileKeyVolumes(spec: In<PodSpec>, path: string, faults: FieldError[]): void {
  eachContainer(spec, path, (container, at) =>
    container.env?.forEach((variable, index) => {
      const name = variable.valueFrom?.fileKeyRef?.volumeName;
      if (name === undefined) return;
      const field = `${at}.env[${index}].valueFrom.fileKeyRef.volumeName`;
      const volume = spec.volumes?.find((candidate) => candidate.name === name);
      if (!volume) faults.push(fieldNotFound(field, name));
      else if (!volume.emptyDir) faults.push(fieldInvalid(field, name, "referenced volume must be of type emptyDir"));
    }),
  );
}
