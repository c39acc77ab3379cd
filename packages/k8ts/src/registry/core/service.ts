/** Services: what the store must know of them. */
import { fieldForbidden, isDnsLabel, maskTrailingDash, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { LoadBalancerStatus, Service, ServicePort } from "@k8ts/api/core/v1";
import { checkLoadBalancerPoints } from "../meta/load-balancer-status.ts";
import { ageColumn, mapSelectorColumn, nameColumn, text } from "../printing/columns.ts";
import { keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";
import type { ServiceAllocators } from "./service-allocators.ts";
import { defaultService, dropFieldsOfOldType } from "./service-defaults.ts";
import { isHeadless } from "./service-kinds.ts";
import { validateServiceUpdate } from "./service-update.ts";
import { checkService } from "./service-validation.ts";

type In<T> = DeepReadonly<T>;

/** Addresses and host names of a load balancer, sorted. */
export function loadBalancerText(status: In<LoadBalancerStatus> | undefined): string {
  const points = (status?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || "").filter(Boolean);
  return [...new Set(points)].sort().join(",");
}

function externalIP({ spec, status }: In<Service>): string {
  const external = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case "ClusterIP":
    case "NodePort":
      return external.join(",") || "<none>";
    case "LoadBalancer":
      return [loadBalancerText(status?.loadBalancer), ...external].filter(Boolean).join(",") || "<pending>";
    case "ExternalName":
      return spec.externalName ?? "";
    default:
      return "<unknown>";
  }
}

const portText = ({ port, nodePort, protocol }: In<ServicePort>): string =>
  nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`;

function warnings({ metadata, spec = {} }: In<Service>): string[] {
  const texts: string[] = [];
  if (metadata.annotations?.["service.kubernetes.io/topology-aware-hints"] !== undefined) {
    texts.push(
      "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead",
    );
  }
  const external = (spec.externalIPs?.length ?? 0) > 0;
  if (spec.type === "ClusterIP" && spec.clusterIP === "None") {
    if (spec.loadBalancerIP) texts.push("spec.loadBalancerIP is ignored for headless services");
    if (external) texts.push("spec.externalIPs is ignored for headless services");
    if (spec.sessionAffinity !== "None") texts.push("spec.SessionAffinity is ignored for headless services");
  } else if (external && spec.type !== "ExternalName") {
    texts.push("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
  }
  if (spec.type === "ExternalName" && external) {
    texts.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (spec.type !== "ExternalName" && spec.externalName) {
    texts.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.trafficDistribution === "PreferClose") {
    texts.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return texts;
}

function validateStatus({ spec, status }: In<Service>, old: In<Service>): FieldError[] {
  const points = status?.loadBalancer?.ingress;
  if (spec?.type !== "LoadBalancer" && points?.length) {
    const detail = "may only be used when `spec.type` is 'LoadBalancer'";
    return [fieldForbidden("status.loadBalancer.ingress", detail)];
  }
  const faults: FieldError[] = [];
  checkLoadBalancerPoints(points, old.status?.loadBalancer?.ingress, true, faults);
  return faults;
}

/** Services, with the allocators that give them their addresses. */
export function serviceStrategy(allocators: ServiceAllocators): Strategy<Service> {
  return {
    group: "",
    resource: "services",
    default: defaultService,
    prepareForCreate(object) {
      object.status = { loadBalancer: {} };
    },
    prepareForUpdate(object, old) {
      keepStatus(object, old);
      dropFieldsOfOldType(object, old);
    },
    begin: (object, old) => allocators.begin(object, old),
    released: (object) => allocators.released(object),
    validate(object) {
      const faults: FieldError[] = [];
      checkService(object, undefined, faults);
      return faults;
    },
    validateUpdate: validateServiceUpdate,
    warnings,
    validateName: (name, isPrefix) => isDnsLabel(isPrefix ? maskTrailingDash(name) : name),
    fields: ({ spec }) => ({ "spec.clusterIP": spec?.clusterIP ?? "", "spec.type": spec?.type ?? "" }),
    fieldNames: ["spec.clusterIP", "spec.type"],
    allowCreateOnUpdate: true,
    columns: [
      nameColumn,
      text("Type", "How the service is reached.", ({ spec }) => spec?.type ?? ""),
      text("Cluster-IP", "Address within the cluster.", (object) =>
        isHeadless(object) ? "None" : (object.spec?.clusterIPs?.[0] ?? "<none>"),
      ),
      text("External-IP", "Addresses from outside.", externalIP),
      text(
        "Port(s)",
        "Ports, with their node ports.",
        ({ spec }) => (spec?.ports ?? []).map(portText).join(",") || "<none>",
      ),
      ageColumn,
      mapSelectorColumn<Service>(({ spec }) => spec?.selector),
    ],
    status: statusSubresource<Service>(validateStatus),
  };
}
