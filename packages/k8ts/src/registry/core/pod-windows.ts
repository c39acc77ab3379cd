/** Rules of pods for Windows, and of Windows' own options. */
import { fieldForbidden, fieldInvalid, isDnsSubdomain, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { PodSpec, WindowsSecurityContextOptions } from "@k8ts/api/core/v1";
import { eachContainer } from "./pod-visit.ts";

type In<T> = DeepReadonly<T>;

/** Options that only Windows knows: whom to run as, and group-managed service accounts. */
export function checkWindowsOptions(
  options: In<WindowsSecurityContextOptions> | undefined,
  path: string,
  faults: FieldError[],
): void {
  if (!options) return;
  const { gmsaCredentialSpecName, gmsaCredentialSpec, runAsUserName } = options;
  if (gmsaCredentialSpecName !== undefined) {
    for (const detail of isDnsSubdomain(gmsaCredentialSpecName)) {
      faults.push(fieldInvalid(`${path}.gmsaCredentialSpecName`, gmsaCredentialSpecName, detail));
    }
  }
  if (gmsaCredentialSpec !== undefined) {
    const detail =
      gmsaCredentialSpec === ""
        ? "gmsaCredentialSpec cannot be an empty string"
        : gmsaCredentialSpec.length > 64 * 1024
          ? "gmsaCredentialSpec size must be under 64 KiB"
          : undefined;
    if (detail) faults.push(fieldInvalid(`${path}.gmsaCredentialSpec`, gmsaCredentialSpec, detail));
  }
  if (runAsUserName === undefined) return;
  for (const detail of userNameFaults(runAsUserName)) {
    faults.push(fieldInvalid(`${path}.runAsUserName`, runAsUserName, detail));
  }
}

const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const domainLabel = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const dnsDomain = new RegExp(`^${domainLabel}(?:\\.${domainLabel})*$`);

function userNameFaults(name: string): string[] {
  if (name === "") return ["runAsUserName cannot be an empty string"];
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return ["runAsUserName cannot contain control characters"];
  const parts = name.split("\\");
  if (parts.length > 2) return ["runAsUserName cannot contain more than one backslash"];
  const user = parts.at(-1) ?? "";
  const domain = parts.length === 2 ? parts[0]! : undefined;
  const faults: string[] = [];
  if ((domain ?? "").length >= 256) faults.push("runAsUserName's Domain length must be under 256 characters");
  if (domain !== undefined && !netBios.test(domain) && !dnsDomain.test(domain)) {
    faults.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user === "") faults.push("runAsUserName's User cannot be empty");
  else if (user.length > 104) faults.push("runAsUserName's User length must not be longer than 104 characters");
  if (/^[. ]+$/.test(user)) faults.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    faults.push("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
  }
  return faults;
}

/** Host-process containers: all of a pod or none, and on the host's network. */
export function checkHostProcess(spec: In<PodSpec>, path: string, faults: FieldError[]): void {
  const pod = spec.securityContext?.windowsOptions?.hostProcess;
  let all = 0;
  let hostProcess = 0;
  eachContainer(spec, path, (container, at) => {
    all++;
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (pod !== undefined && own !== undefined && pod !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${pod}`;
      faults.push(fieldInvalid(`${at}.securityContext.windowsOptions.hostProcess`, own, detail));
    }
    if (own ?? pod) hostProcess++;
  });
  if (hostProcess === 0) return;
  if (hostProcess !== all) {
    const detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers";
    faults.push(fieldInvalid(path, "", detail));
  }
  if (!spec.hostNetwork) {
    const detail = "hostNetwork must be true if pod contains any hostProcess containers";
    faults.push(fieldInvalid(`${path}.hostNetwork`, false, detail));
  }
}

/** A Linux pod has no Windows options. */
export function checkLinuxPod(spec: In<PodSpec>, path: string, faults: FieldError[]): void {
  const detail = "windows options cannot be set for a linux pod";
  if (spec.securityContext?.windowsOptions)
    faults.push(fieldForbidden(`${path}.securityContext.windowsOptions`, detail));
  eachContainer(spec, path, (container, at) => {
    if (container.securityContext?.windowsOptions) {
      faults.push(fieldForbidden(`${at}.securityContext.windowsOptions`, detail));
    }
  });
}

const podFields = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "fsGroup",
  "fsGroupChangePolicy",
  "sysctls",
  "runAsUser",
  "runAsGroup",
  "supplementalGroups",
  "supplementalGroupsPolicy",
  "seLinuxChangePolicy",
] as const;

const containerFields = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "capabilities",
  "readOnlyRootFilesystem",
  "privileged",
  "allowPrivilegeEscalation",
  "procMount",
  "runAsUser",
  "runAsGroup",
] as const;

/** A Windows pod has none of what only Linux can do. */
export function checkWindowsPod(spec: In<PodSpec>, path: string, faults: FieldError[]): void {
  const refuse = (at: string): number => faults.push(fieldForbidden(at, "cannot be set for a windows pod"));
  const isSet = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);
  for (const field of podFields) if (isSet(spec.securityContext?.[field])) refuse(`${path}.securityContext.${field}`);
  if (spec.hostUsers !== undefined) refuse(`${path}.hostUsers`);
  if (spec.hostPID) refuse(`${path}.hostPID`);
  if (spec.hostIPC) refuse(`${path}.hostIPC`);
  if (spec.shareProcessNamespace !== undefined) refuse(`${path}.shareProcessNamespace`);
  eachContainer(spec, path, (container, at) => {
    for (const field of containerFields) {
      if (container.securityContext?.[field] !== undefined) refuse(`${at}.securityContext.${field}`);
    }
  });
}
