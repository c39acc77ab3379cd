/** Ingresses: what the store must know of them. */
import {
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDnsLabel,
  isDnsSubdomain,
  isPathSegmentName,
  isPortName,
  isPortNumber,
  isWildcardDnsSubdomain,
  parseIP,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { HTTPIngressPath, Ingress, IngressBackend, IngressSpec } from "@k8ts/api/networking/v1";
import { checkFormat, checkRequiredFormat } from "../meta/field-checks.ts";
import { checkLoadBalancerPoints } from "../meta/load-balancer-status.ts";
import { ageColumn, nameColumn, text } from "../printing/columns.ts";
import { keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";

type In<T> = DeepReadonly<T>;

const classAnnotation = "kubernetes.io/ingress.class";

function checkSpec(spec: In<IngressSpec> | undefined, old: In<IngressSpec> | undefined): FieldError[] {
  const faults: FieldError[] = [];
  const rules = spec?.rules ?? [];
  if (rules.length === 0 && !spec?.defaultBackend) {
    faults.push(fieldInvalid("spec", spec?.rules ?? null, "either `defaultBackend` or `rules` must be specified"));
  }
  if (spec?.defaultBackend) checkBackend(spec.defaultBackend, "spec.defaultBackend", faults);
  rules.forEach(({ host, http }, index) => {
    const path = `spec.rules[${index}]`;
    if (host) checkHost(host, `${path}.host`, faults);
    if (!http) return;
    if (!http.paths?.length) faults.push(fieldRequired(`${path}.http.paths`));
    http.paths?.forEach((one, at) => checkPath(one, `${path}.http.paths[${at}]`, faults));
  });
  const badSecret = old?.tls?.some(({ secretName }) => secretName && isDnsSubdomain(secretName).length > 0);
  spec?.tls?.forEach(({ hosts, secretName }, index) => {
    hosts?.forEach((host, at) => checkFormat(host, hostRule(host), `spec.tls[${index}].hosts[${at}]`, faults));
    if (secretName && !badSecret) checkFormat(secretName, isDnsSubdomain, `spec.tls[${index}].secretName`, faults);
  });
  if (spec?.ingressClassName !== undefined) {
    checkFormat(spec.ingressClassName, isDnsSubdomain, "spec.ingressClassName", faults);
  }
  return faults;
}

const hostRule = (host: string): ((value: string) => string[]) =>
  host.includes("*") ? isWildcardDnsSubdomain : isDnsSubdomain;

function checkHost(host: string, path: string, faults: FieldError[]): void {
  if (parseIP(host)) faults.push(fieldInvalid(path, host, "must be a DNS name, not an IP address"));
  checkFormat(host, hostRule(host), path, faults);
}

const forbiddenSequences = ["//", "/./", "/../", "%2f", "%2F"];
const forbiddenEndings = ["/..", "/."];

function checkPath(one: In<HTTPIngressPath>, path: string, faults: FieldError[]): void {
  const target = one.path ?? "";
  const at = `${path}.path`;
  switch (one.pathType) {
    case undefined:
      faults.push(fieldRequired(`${path}.pathType`, "pathType must be specified"));
      return;
    case "Exact":
    case "Prefix":
      if (!target.startsWith("/")) faults.push(fieldInvalid(at, target, "must be an absolute path"));
      for (const part of forbiddenSequences) {
        if (target.includes(part)) faults.push(fieldInvalid(at, target, `must not contain '${part}'`));
      }
      for (const end of forbiddenEndings) {
        if (target.endsWith(end)) faults.push(fieldInvalid(at, target, `cannot end with '${end}'`));
      }
      break;
    case "ImplementationSpecific":
      if (target && !target.startsWith("/")) faults.push(fieldInvalid(at, target, "must be an absolute path"));
      break;
    default:
      faults.push(fieldNotSupported(`${path}.pathType`, one.pathType, ["Exact", "ImplementationSpecific", "Prefix"]));
  }
  checkBackend(one.backend, `${path}.backend`, faults);
}

function checkBackend(backend: In<IngressBackend> | undefined, path: string, faults: FieldError[]): void {
  const { resource, service } = backend ?? {};
  if (resource && service) {
    faults.push(fieldInvalid(path, "", "cannot set both resource and service backends"));
  } else if (resource) {
    if (resource.apiGroup !== undefined)
      checkFormat(resource.apiGroup, isDnsSubdomain, `${path}.resource.apiGroup`, faults);
    checkRequiredFormat(resource.kind, isPathSegmentName, `${path}.resource.kind`, faults);
    checkRequiredFormat(resource.name, isPathSegmentName, `${path}.resource.name`, faults);
  } else if (service) {
    checkRequiredFormat(service.name, isDnsLabel, `${path}.service.name`, faults);
    const { name, number } = service.port ?? {};
    if (name && number) faults.push(fieldInvalid(path, "", "cannot set both port name & port number"));
    else if (name) checkFormat(name, isPortName, `${path}.service.port.name`, faults);
    else if (number) {
      for (const detail of isPortNumber(number))
        faults.push(fieldInvalid(`${path}.service.port.number`, number, detail));
    } else faults.push(fieldRequired(path, "port name or number is required"));
  } else faults.push(fieldInvalid(path, "", "resource or service backend is required"));
}

function hostsText({ spec }: In<Ingress>): string {
  const rules = spec?.rules ?? [];
  const shown = rules
    .slice(0, 3)
    .map(({ host }) => host ?? "")
    .filter(Boolean);
  if (shown.length === 0) return "*";
  return shown.length === 3 && rules.length > 3 ? `${shown.join(",")} + ${rules.length - 3} more...` : shown.join(",");
}

function addressText({ status }: In<Ingress>): string {
  const points = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || "").filter(Boolean);
  return [...new Set(points)].sort().join(",");
}

/** Ingresses. */
export const ingress: Strategy<Ingress> = {
  group: "networking.k8s.io",
  resource: "ingresses",
  prepareForCreate(object) {
    object.status = { loadBalancer: {} };
  },
  prepareForUpdate: keepStatus,
  generation: true,
  validate({ metadata, spec }) {
    const faults = checkSpec(spec, undefined);
    const named = metadata.annotations?.[classAnnotation];
    if (named !== undefined && spec?.ingressClassName !== undefined && named !== spec.ingressClassName) {
      const detail = "must match `ingressClassName` when both are specified";
      faults.push(fieldInvalid(`annotations.${classAnnotation}`, named, detail));
    }
    return faults;
  },
  validateUpdate: ({ spec }, old) => checkSpec(spec, old.spec),
  warnings: ({ metadata }) =>
    metadata.annotations?.[classAnnotation] === undefined
      ? []
      : [`annotation "${classAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`],
  columns: [
    nameColumn,
    text("Class", "Which ingress controller serves it.", ({ spec }) => spec?.ingressClassName ?? "<none>"),
    text("Hosts", "Hosts whose requests it takes.", hostsText),
    text("Address", "Where it is reached.", addressText),
    text("Ports", "Ports it is reached on.", ({ spec }) => (spec?.tls?.length ? "80, 443" : "80")),
    ageColumn,
  ],
  status: statusSubresource<Ingress>(({ status }, old) => {
    const faults: FieldError[] = [];
    checkLoadBalancerPoints(status?.loadBalancer?.ingress, old.status?.loadBalancer?.ingress, false, faults);
    return faults;
  }),
};
