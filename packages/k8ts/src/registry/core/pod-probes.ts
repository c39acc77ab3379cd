/** Rules of probes and lifecycle hooks, which share their handlers. */
import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isHttpHeaderName,
  isPortName,
  isPortNumber,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from "@k8ts/api/core/v1";
import { checkNonnegative } from "../meta/field-checks.ts";

type In<T> = DeepReadonly<T>;

/** A port's number or name. */
export function checkPortNumberOrName(port: number | string | undefined, path: string, faults: FieldError[]): void {
  const details = typeof port === "string" ? isPortName(port) : isPortNumber(port ?? 0);
  for (const detail of details) faults.push(fieldInvalid(path, port ?? 0, detail));
}

function checkHttpGet(action: In<HTTPGetAction>, path: string, faults: FieldError[]): void {
  if (!action.path) faults.push(fieldRequired(`${path}.path`));
  checkPortNumberOrName(action.port, `${path}.port`, faults);
  const schemes = ["HTTP", "HTTPS"];
  if (!schemes.includes(action.scheme ?? "")) {
    faults.push(fieldNotSupported(`${path}.scheme`, action.scheme ?? "", schemes));
  }
  for (const { name } of action.httpHeaders ?? []) {
    for (const detail of isHttpHeaderName(name)) faults.push(fieldInvalid(`${path}.httpHeaders`, name, detail));
  }
}

type Handler = In<Probe> & In<LifecycleHandler>;

/** The kinds of handler, in the order in which a second one is refused. */
const handlerKinds = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] as const;

function checkHandler(handler: Handler, grace: number | undefined, path: string, faults: FieldError[]): void {
  let count = 0;
  for (const kind of handlerKinds) {
    if (!handler[kind]) continue;
    if (count++ > 0) faults.push(fieldForbidden(`${path}.${kind}`, "may not specify more than 1 handler type"));
    else checkHandlerKind(handler, kind, grace, `${path}.${kind}`, faults);
  }
  if (count === 0) faults.push(fieldRequired(path, "must specify a handler type"));
}

function checkHandlerKind(
  handler: Handler,
  kind: (typeof handlerKinds)[number],
  grace: number | undefined,
  path: string,
  faults: FieldError[],
): void {
  switch (kind) {
    case "exec":
      if (!handler.exec?.command?.length) faults.push(fieldRequired(`${path}.command`));
      return;
    case "httpGet":
      return checkHttpGet(handler.httpGet!, path, faults);
    case "tcpSocket":
      return checkPortNumberOrName(handler.tcpSocket!.port, `${path}.port`, faults);
    case "grpc":
      return checkPortNumberOrName(handler.grpc!.port, `${path}.port`, faults);
    case "sleep": {
      const { seconds } = handler.sleep!;
      if (grace === undefined || (seconds >= 0 && seconds <= grace)) return;
      const detail = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
      faults.push(fieldInvalid(path, seconds, detail));
    }
  }
}

const probeNumbers = [
  "initialDelaySeconds",
  "timeoutSeconds",
  "periodSeconds",
  "successThreshold",
  "failureThreshold",
] as const;

function checkProbe(probe: In<Probe>, grace: number | undefined, path: string, faults: FieldError[]): void {
  checkHandler(probe as Handler, grace, path, faults);
  for (const field of probeNumbers) checkNonnegative(probe[field], `${path}.${field}`, faults);
  const seconds = probe.terminationGracePeriodSeconds;
  if (seconds !== undefined && seconds <= 0) {
    faults.push(fieldInvalid(`${path}.terminationGracePeriodSeconds`, seconds, "must be greater than 0"));
  }
}

/** A container's three probes. */
export function checkProbes(
  container: {
    readonly livenessProbe?: In<Probe>;
    readonly readinessProbe?: In<Probe>;
    readonly startupProbe?: In<Probe>;
  },
  grace: number | undefined,
  path: string,
  faults: FieldError[],
): void {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  if (livenessProbe) checkOnceSuccessful(livenessProbe, grace, `${path}.livenessProbe`, faults);
  if (readinessProbe) {
    checkProbe(readinessProbe, grace, `${path}.readinessProbe`, faults);
    const seconds = readinessProbe.terminationGracePeriodSeconds;
    if (seconds !== undefined) {
      const detail = "must not be set for readinessProbes";
      faults.push(fieldInvalid(`${path}.readinessProbe.terminationGracePeriodSeconds`, seconds, detail));
    }
  }
  if (startupProbe) checkOnceSuccessful(startupProbe, grace, `${path}.startupProbe`, faults);
}

function checkOnceSuccessful(probe: In<Probe>, grace: number | undefined, path: string, faults: FieldError[]): void {
  checkProbe(probe, grace, path, faults);
  if (probe.successThreshold !== 1) {
    faults.push(fieldInvalid(`${path}.successThreshold`, probe.successThreshold ?? 0, "must be 1"));
  }
}

/** SIGRTMIN+1 to +15 and SIGRTMAX-14 to -1, with the plain names around them. */
const linuxSignals: readonly string[] = [
  ..."ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT".split(" "),
  "RTMAX",
  ...Array.from({ length: 14 }, (_, index) => `RTMAX-${index + 1}`),
  "RTMIN",
  ...Array.from({ length: 15 }, (_, index) => `RTMIN+${index + 1}`),
  ..."SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ".split(" "),
]
  .map((name) => `SIG${name}`)
  .sort();
const windowsSignals: readonly string[] = ["SIGKILL", "SIGTERM"];

/** A container's lifecycle hooks and stop signal. */
export function checkLifecycle(
  lifecycle: In<Lifecycle> | undefined,
  grace: number | undefined,
  os: string | undefined,
  path: string,
  faults: FieldError[],
): void {
  if (!lifecycle) return;
  if (lifecycle.postStart) checkHandler(lifecycle.postStart as Handler, grace, `${path}.postStart`, faults);
  if (lifecycle.preStop) checkHandler(lifecycle.preStop as Handler, grace, `${path}.preStop`, faults);
  const signal = lifecycle.stopSignal;
  if (signal === undefined) return;
  if (os === undefined) {
    faults.push(fieldForbidden(`${path}.stopSignal`, "may not be set for containers with empty `spec.os.name`"));
    return;
  }
  const supported = os === "windows" ? windowsSignals : linuxSignals;
  if ((os === "windows" || os === "linux") && !supported.includes(signal)) {
    faults.push(fieldNotSupported(`${path}.stopSignal`, signal, supported));
  }
}
