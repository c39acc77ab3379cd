/** Rules of security contexts, of pods and of containers. */
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  isUserId,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { AppArmorProfile, PodSecurityContext, PodSpec, SeccompProfile, SecurityContext } from "@k8ts/api/core/v1";
import { sysctlNamespace, type PodRules } from "./pod-rules.ts";
import { checkWindowsOptions } from "./pod-windows.ts";
import { checkDescendingPath } from "./volume-paths.ts";

type In<T> = DeepReadonly<T>;

function checkId(id: number | undefined, path: string, faults: FieldError[]): void {
  if (id === undefined) return;
  for (const detail of isUserId(id)) faults.push(fieldInvalid(path, id, detail));
}

function checkPolicy(
  value: string | undefined,
  supported: readonly string[],
  path: string,
  faults: FieldError[],
): void {
  if (value !== undefined && !supported.includes(value)) faults.push(fieldNotSupported(path, value, supported));
}

/** The pod's own security context. */
export function checkPodSecurityContext(spec: In<PodSpec>, rules: PodRules, path: string, faults: FieldError[]): void {
  const context = spec.securityContext;
  if (spec.shareProcessNamespace && spec.hostPID) {
    const detail = "ShareProcessNamespace and HostPID cannot both be enabled";
    faults.push(fieldInvalid(`${path}.shareProcessNamespace`, true, detail));
  }
  if (!context) return;
  checkId(context.fsGroup, `${path}.fsGroup`, faults);
  checkId(context.runAsUser, `${path}.runAsUser`, faults);
  checkId(context.runAsGroup, `${path}.runAsGroup`, faults);
  context.supplementalGroups?.forEach((id, index) => checkId(id, `${path}.supplementalGroups[${index}]`, faults));
  checkSysctls(context, spec, rules, `${path}.sysctls`, faults);
  checkPolicy(context.fsGroupChangePolicy, ["Always", "OnRootMismatch"], `${path}.fsGroupChangePolicy`, faults);
  checkSeccompProfile(context.seccompProfile, `${path}.seccompProfile`, faults);
  checkWindowsOptions(context.windowsOptions, `${path}.windowsOptions`, faults);
  checkAppArmorProfile(context.appArmorProfile, `${path}.appArmorProfile`, faults);
  checkPolicy(context.supplementalGroupsPolicy, ["Merge", "Strict"], `${path}.supplementalGroupsPolicy`, faults);
  checkPolicy(context.seLinuxChangePolicy, ["MountOption", "Recursive"], `${path}.seLinuxChangePolicy`, faults);
}

const sysctlSegment = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const sysctlPattern = `^(${sysctlSegment}[\\./])*${sysctlSegment}$`;
const sysctlRegex = new RegExp(sysctlPattern);

function checkSysctls(
  context: In<PodSecurityContext>,
  spec: In<PodSpec>,
  rules: PodRules,
  path: string,
  faults: FieldError[],
): void {
  const seen = new Set<string>();
  context.sysctls?.forEach(({ name }, index) => {
    const at = `${path}[${index}].name`;
    if (!name) faults.push(fieldRequired(at));
    else if (name.length > 253 || !sysctlRegex.test(name)) {
      faults.push(fieldInvalid(at, name, `must have at most 253 characters and match regex ${sysctlPattern}`));
    } else if (seen.has(name)) faults.push(fieldDuplicate(at, name));
    seen.add(name);
    if (rules.allowHostSysctls || !name) return;
    const namespace = sysctlNamespace(name);
    if (namespace === "net" && spec.hostNetwork) {
      faults.push(fieldInvalid(at, name, "may not be specified when 'hostNetwork' is true"));
    } else if (namespace === "ipc" && spec.hostIPC) {
      faults.push(fieldInvalid(at, name, "may not be specified when 'hostIPC' is true"));
    }
  });
}

const profileTypes = ["Localhost", "RuntimeDefault", "Unconfined"];

function checkSeccompProfile(profile: In<SeccompProfile> | undefined, path: string, faults: FieldError[]): void {
  if (!profile) return;
  if (!profile.type) faults.push(fieldRequired(`${path}.type`, "type is required when seccompProfile is set"));
  else if (!profileTypes.includes(profile.type)) {
    faults.push(fieldNotSupported(`${path}.type`, profile.type, profileTypes));
  }
  if (profile.type !== "Localhost") {
    if (profile.localhostProfile === undefined) return;
    faults.push(fieldInvalid(`${path}.localhostProfile`, profile, "can only be set when seccomp type is Localhost"));
  } else if (profile.localhostProfile === undefined) {
    faults.push(fieldRequired(`${path}.localhostProfile`, "must be set when seccomp type is Localhost"));
  } else checkDescendingPath(profile.localhostProfile, `${path}.localhostProfile`, faults);
}

function checkAppArmorProfile(profile: In<AppArmorProfile> | undefined, path: string, faults: FieldError[]): void {
  if (!profile) return;
  const at = `${path}.localhostProfile`;
  switch (profile.type) {
    case "Localhost":
      return checkLocalAppArmor(profile.localhostProfile, at, faults);
    case "RuntimeDefault":
    case "Unconfined":
      if (profile.localhostProfile === undefined) return;
      faults.push(fieldInvalid(at, profile.localhostProfile, "can only be set when AppArmor type is Localhost"));
      return;
    case undefined:
    case "":
      faults.push(fieldRequired(`${path}.type`, "type is required when appArmorProfile is set"));
      return;
    default:
      faults.push(fieldNotSupported(`${path}.type`, profile.type, profileTypes));
  }
}

function checkLocalAppArmor(profile: string | undefined, path: string, faults: FieldError[]): void {
  if (profile === undefined || profile === "") {
    faults.push(fieldRequired(path, "must be set when AppArmor type is Localhost"));
    return;
  }
  if (profile.trim() !== profile) faults.push(fieldInvalid(path, profile, "must not be padded with whitespace"));
  // PATH_MAX less its terminating zero.
  if (profile.length > 4095) faults.push(fieldTooLong(path, 4095));
}

/** A container's security context. `hostUsers` is false where the pod has a user namespace of its own. */
export function checkContainerSecurityContext(
  context: In<SecurityContext> | undefined,
  hostUsers: boolean,
  path: string,
  faults: FieldError[],
): void {
  if (!context) return;
  checkId(context.runAsUser, `${path}.runAsUser`, faults);
  checkId(context.runAsGroup, `${path}.runAsGroup`, faults);
  checkPolicy(context.procMount, ["Default", "Unmasked"], `${path}.procMount`, faults);
  if (hostUsers && context.procMount === "Unmasked") {
    faults.push(fieldInvalid(`${path}.procMount`, context.procMount, "`hostUsers` must be false to use `Unmasked`"));
  }
  checkSeccompProfile(context.seccompProfile, `${path}.seccompProfile`, faults);
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged) {
      faults.push(
        fieldInvalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"),
      );
    }
    if (context.capabilities?.add?.includes("CAP_SYS_ADMIN")) {
      const detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
      faults.push(fieldInvalid(path, context, detail));
    }
  }
  checkWindowsOptions(context.windowsOptions, `${path}.windowsOptions`, faults);
  checkAppArmorProfile(context.appArmorProfile, `${path}.appArmorProfile`, faults);
}

const seccompPodKey = "seccomp.security.alpha.kubernetes.io/pod";
const seccompContainerPrefix = "container.seccomp.security.alpha.kubernetes.io/";
const appArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";

/** The annotations in which profiles were named before they had fields: if both are there, they must agree. */
export function checkProfileAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  spec: In<PodSpec>,
  path: string,
  faults: FieldError[],
): void {
  if (!annotations) return;
  const pod = spec.securityContext?.seccompProfile;
  if (pod) checkSeccompMatch(annotations[seccompPodKey], pod, `${path}.securityContext.seccompProfile`, faults);
  for (const list of ["initContainers", "containers", "ephemeralContainers"] as const) {
    spec[list]?.forEach((container, index) => {
      const at = `${path}.${list}[${index}].securityContext`;
      const own = container.securityContext?.seccompProfile;
      if (own)
        checkSeccompMatch(annotations[seccompContainerPrefix + container.name], own, `${at}.seccompProfile`, faults);
      const armor = container.securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
      if (!armor || spec.os?.name === "windows") return;
      checkAppArmorMatch(annotations[appArmorPrefix + container.name], armor, `${at}.appArmorProfile`, faults);
    });
  }
}

function checkSeccompMatch(
  annotation: string | undefined,
  profile: In<SeccompProfile>,
  path: string,
  faults: FieldError[],
): void {
  if (annotation === undefined) return;
  const plain: Record<string, readonly string[]> = {
    Unconfined: ["unconfined"],
    RuntimeDefault: ["runtime/default", "docker/default"],
  };
  const mismatch = "seccomp type in annotation and field must match";
  if (profile.type === "Localhost") {
    if (!annotation.startsWith("localhost/")) faults.push(fieldForbidden(`${path}.type`, mismatch));
    else if (annotation.slice("localhost/".length) !== profile.localhostProfile) {
      faults.push(fieldForbidden(`${path}.localhostProfile`, "seccomp profile in annotation and field must match"));
    }
  } else if (plain[profile.type] && !plain[profile.type]!.includes(annotation)) {
    faults.push(fieldForbidden(`${path}.type`, mismatch));
  }
}

function checkAppArmorMatch(
  annotation: string | undefined,
  profile: In<AppArmorProfile>,
  path: string,
  faults: FieldError[],
): void {
  if (annotation === undefined) return;
  const plain: Record<string, string> = { Unconfined: "unconfined", RuntimeDefault: "runtime/default" };
  const mismatch = "apparmor type in annotation and field must match";
  if (profile.type === "Localhost") {
    if (!annotation.startsWith("localhost/")) faults.push(fieldForbidden(`${path}.type`, mismatch));
    else if (annotation.slice("localhost/".length) !== profile.localhostProfile) {
      faults.push(fieldForbidden(`${path}.localhostProfile`, "apparmor profile in annotation and field must match"));
    }
  } else if (plain[profile.type] !== undefined && plain[profile.type] !== annotation) {
    faults.push(fieldForbidden(`${path}.type`, mismatch));
  }
}
