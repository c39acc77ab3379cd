/** Rules of a pod's containers: what all kinds have in common, and what sets init and ephemeral ones apart. */
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotFound,
  fieldNotSupported,
  fieldRequired,
  fieldTooMany,
  isDnsLabel,
  isPortName,
  isPortNumber,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Container, ContainerPort, ContainerResizePolicy, EphemeralContainer, PodSpec } from "@k8ts/api/core/v1";
import { checkRequired, checkRequiredFormat, checkRequiredSupported } from "../meta/field-checks.ts";
import { checkEnv, checkEnvFrom } from "./pod-env.ts";
import { checkDevices, checkMounts } from "./pod-mounts.ts";
import { checkLifecycle, checkProbes } from "./pod-probes.ts";
import { checkContainerResources } from "./pod-resources.ts";
import type { PodRules } from "./pod-rules.ts";
import { checkContainerSecurityContext } from "./pod-security-context.ts";
import { isSidecar } from "./pod-visit.ts";
import { checkPullPolicy, type VolumesByName } from "./pod-volumes.ts";

type In<T> = DeepReadonly<T>;

/** What a container is checked against. */
export interface ContainerContext {
  readonly spec: In<PodSpec>;
  readonly volumes: VolumesByName;
  /** Names of the pod's resource claims. */
  readonly claims: ReadonlySet<string>;
  /** False where the pod has a user namespace of its own. */
  readonly hostUsers: boolean;
  readonly rules: PodRules;
}

/** The names a port's protocol may have. */
export const protocols: readonly string[] = ["SCTP", "TCP", "UDP"];

function checkPorts(ports: readonly In<ContainerPort>[] | undefined, path: string, faults: FieldError[]): void {
  const names = new Set<string>();
  ports?.forEach((port, index) => {
    const at = `${path}[${index}]`;
    if (port.name) checkPortName(port.name, names, `${at}.name`, faults);
    if (!port.containerPort) faults.push(fieldRequired(`${at}.containerPort`));
    else checkPortNumber(port.containerPort, `${at}.containerPort`, faults);
    if (port.hostPort) checkPortNumber(port.hostPort, `${at}.hostPort`, faults);
    checkRequiredSupported(port.protocol, protocols, `${at}.protocol`, faults);
  });
}

function checkPortName(name: string, taken: Set<string>, path: string, faults: FieldError[]): void {
  const details = isPortName(name);
  for (const detail of details) faults.push(fieldInvalid(path, name, detail));
  if (details.length > 0) return;
  if (taken.has(name)) faults.push(fieldDuplicate(path, name));
  taken.add(name);
}

function checkPortNumber(port: number, path: string, faults: FieldError[]): void {
  for (const detail of isPortNumber(port)) faults.push(fieldInvalid(path, port, detail));
}

function checkCommon(container: In<Container>, context: ContainerContext, path: string, faults: FieldError[]): void {
  checkRequiredFormat(container.name, isDnsLabel, `${path}.name`, faults);
  checkRequired(container.image, `${path}.image`, faults);
  const policies = ["File", "FallbackToLogsOnError"];
  checkRequiredSupported(container.terminationMessagePolicy, policies, `${path}.terminationMessagePolicy`, faults);
  checkPorts(container.ports, `${path}.ports`, faults);
  checkEnv(container.env, `${path}.env`, faults);
  checkEnvFrom(container.envFrom, `${path}.envFrom`, faults);
  checkMounts(container, context.volumes, `${path}.volumeMounts`, faults);
  checkDevices(container, context.volumes, `${path}.volumeDevices`, faults);
  checkPullPolicy(container.imagePullPolicy, `${path}.imagePullPolicy`, faults);
  checkContainerResources(container.resources, context.claims, `${path}.resources`, faults);
  checkResizePolicies(container.resizePolicy, context.spec.restartPolicy, `${path}.resizePolicy`, faults);
  checkContainerSecurityContext(container.securityContext, context.hostUsers, `${path}.securityContext`, faults);
}

function checkResizePolicies(
  policies: readonly In<ContainerResizePolicy>[] | undefined,
  podRestartPolicy: string | undefined,
  path: string,
  faults: FieldError[],
): void {
  const seen = new Set<string>();
  policies?.forEach(({ resourceName, restartPolicy }, index) => {
    if (seen.has(resourceName)) faults.push(fieldDuplicate(`${path}[${index}]`, resourceName));
    seen.add(resourceName);
    checkRequiredSupported(resourceName, ["cpu", "memory"], path, faults);
    checkRequiredSupported(restartPolicy, ["NotRequired", "RestartContainer"], path, faults);
    if (podRestartPolicy === "Never" && restartPolicy !== "NotRequired") {
      const detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
      faults.push(fieldInvalid(path, restartPolicy ?? "", detail));
    }
  });
}

/** A container's own restart policy and its rules by exit code (KEP-5307). */
function checkRestartPolicy(container: In<Container>, path: string, faults: FieldError[]): void {
  const rules = container.restartPolicyRules ?? [];
  if (container.restartPolicy === undefined) {
    if (rules.length === 0) return;
    faults.push(fieldRequired(`${path}.restartPolicy`, "must specify restartPolicy when restart rules are used"));
  } else {
    const supported = ["Always", "Never", "OnFailure"];
    if (!supported.includes(container.restartPolicy)) {
      faults.push(fieldNotSupported(`${path}.restartPolicy`, container.restartPolicy, supported));
    }
  }
  if (rules.length > 20) faults.push(fieldTooMany(`${path}.restartPolicyRules`, rules.length, 20));
  rules.forEach(({ action, exitCodes }, index) => {
    const at = `${path}.restartPolicyRules[${index}]`;
    const actions = ["Restart", "RestartAllContainers"];
    if (!actions.includes(action)) faults.push(fieldNotSupported(`${at}.action`, action ?? "", actions));
    if (!exitCodes) {
      faults.push(fieldRequired(`${at}.exitCodes`, "must be specified"));
      return;
    }
    const operators = ["In", "NotIn"];
    if (!operators.includes(exitCodes.operator)) {
      faults.push(fieldNotSupported(`${at}.exitCodes.operator`, exitCodes.operator ?? "", operators));
    }
    const values = exitCodes.values ?? [];
    if (values.length > 255) faults.push(fieldTooMany(`${at}.exitCodes.values`, values.length, 255));
  });
}

function checkHostPortConflicts(containers: readonly In<Container>[], path: string, faults: FieldError[]): void {
  const taken = new Set<string>();
  containers.forEach(({ ports }, index) =>
    ports?.forEach(({ protocol, hostIP, hostPort }, portIndex) => {
      if (!hostPort) return;
      const key = `${protocol}/${hostIP ?? ""}/${hostPort}`;
      if (taken.has(key)) faults.push(fieldDuplicate(`${path}[${index}].ports[${portIndex}].hostPort`, key));
      taken.add(key);
    }),
  );
}

/** A pod's regular containers: at least one, with unique names. */
export function checkContainers(context: ContainerContext, path: string, faults: FieldError[]): void {
  const containers = context.spec.containers ?? [];
  const grace = context.spec.terminationGracePeriodSeconds;
  if (containers.length === 0) {
    faults.push(fieldRequired(path));
    return;
  }
  const names = new Set<string>();
  containers.forEach((container, index) => {
    const at = `${path}[${index}]`;
    checkCommon(container, context, at, faults);
    if (names.has(container.name)) faults.push(fieldDuplicate(`${at}.name`, container.name));
    names.add(container.name);
    checkLifecycle(container.lifecycle, grace, context.spec.os?.name, `${at}.lifecycle`, faults);
    checkProbes(container, grace, at, faults);
    checkRestartPolicy(container, at, faults);
  });
  checkHostPortConflicts(containers, path, faults);
}

/** A pod's init containers: only sidecars may have hooks and probes. */
export function checkInitContainers(context: ContainerContext, path: string, faults: FieldError[]): void {
  const { spec } = context;
  const names = new Set((spec.containers ?? []).map(({ name }) => name));
  spec.initContainers?.forEach((container, index) => {
    const at = `${path}[${index}]`;
    checkCommon(container, context, at, faults);
    checkRestartPolicy(container, at, faults);
    if (names.has(container.name)) faults.push(fieldDuplicate(`${at}.name`, container.name));
    else if (container.name) names.add(container.name);
    checkHostPortConflicts([container], path, faults);
    if (isSidecar(container)) checkSidecar(container, context, at, faults);
    else checkOnlyInit(container, context, at, faults);
  });
}

function checkSidecar(container: In<Container>, { spec }: ContainerContext, path: string, faults: FieldError[]): void {
  checkLifecycle(container.lifecycle, spec.terminationGracePeriodSeconds, spec.os?.name, `${path}.lifecycle`, faults);
  checkProbes(container, spec.terminationGracePeriodSeconds, path, faults);
}

function checkOnlyInit(
  container: In<Container>,
  { rules }: ContainerContext,
  path: string,
  faults: FieldError[],
): void {
  for (const field of ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const) {
    if (container[field] === undefined) continue;
    const detail = "may not be set for init containers without restartPolicy=Always";
    faults.push(fieldForbidden(`${path}.${field}`, detail));
  }
  if (rules.allowRestartingInitContainers) return;
  container.resizePolicy?.forEach(({ restartPolicy }, index) => {
    if (restartPolicy !== "RestartContainer") return;
    const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
    faults.push(fieldInvalid(`${path}.resizePolicy[${index}].restartPolicy`, restartPolicy, detail));
  });
}

/** What an ephemeral container may not have, in the order upstream looks. */
const notForEphemeral = [
  "ports",
  "resources",
  "resizePolicy",
  "restartPolicy",
  "restartPolicyRules",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
] as const;

const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);

/** A pod's ephemeral containers. */
export function checkEphemeralContainers(context: ContainerContext, path: string, faults: FieldError[]): void {
  const { spec } = context;
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const names = new Set(others);
  spec.ephemeralContainers?.forEach((container, index) => {
    const at = `${path}[${index}]`;
    checkCommon(container as In<Container>, context, at, faults);
    checkImageWhitespace(container.image, at, faults);
    if (names.has(container.name)) faults.push(fieldDuplicate(`${at}.name`, container.name));
    names.add(container.name);
    const target = container.targetContainerName;
    if (target && !others.has(target)) faults.push(fieldNotFound(`${at}.targetContainerName`, target));
    checkEphemeralFields(container, at, faults);
  });
}

function checkEphemeralFields(container: In<EphemeralContainer>, path: string, faults: FieldError[]): void {
  const detail = "cannot be set for an Ephemeral Container";
  for (const field of notForEphemeral) {
    if (!isEmpty(container[field])) faults.push(fieldForbidden(`${path}.${field}`, detail));
  }
  container.volumeMounts?.forEach((mount, index) => {
    for (const field of ["subPath", "subPathExpr"] as const) {
      if (mount[field]) faults.push(fieldForbidden(`${path}.volumeMounts[${index}].${field}`, detail));
    }
  });
}

/** An image's name may not be padded; only looked at where a pod is about to run it. */
export function checkImageWhitespace(image: string | undefined, path: string, faults: FieldError[]): void {
  if (image === undefined || image.trim() === image) return;
  faults.push(fieldInvalid(`${path}.image`, image, "must not have leading or trailing whitespace"));
}
