/** Defaults of Services, and what falls away when their type changes. */
import type { DeepReadonly } from "@k8ts/api";
import type { Service } from "@k8ts/api/core/v1";
import { isExternallyAccessible, needsClusterIP, needsHealthCheck, sameList } from "./service-kinds.ts";

/** Three hours: how long a client stays with its endpoint. */
const affinitySeconds = 10_800;

/** Defaults that depend on other fields. */
export function defaultService(service: Service): void {
  const { spec } = service;
  if (!spec) return;
  if (spec.sessionAffinity === "None") spec.sessionAffinityConfig = undefined;
  if (spec.sessionAffinity === "ClientIP" && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: affinitySeconds } };
  }
  for (const port of spec.ports ?? []) {
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === "") port.targetPort = port.port;
  }
  if (isExternallyAccessible(service)) spec.externalTrafficPolicy ||= "Cluster";
  if (spec.type !== "ExternalName") spec.internalTrafficPolicy ??= "Cluster";
  if (spec.type !== "LoadBalancer") return;
  spec.allocateLoadBalancerNodePorts ??= true;
  for (const ingress of service.status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= "VIP";
}

const nodePortsOf = (service: DeepReadonly<Service>): number[] =>
  (service.spec?.ports ?? []).map(({ nodePort }) => nodePort ?? 0).filter((port) => port !== 0);

const takesNodePorts = ({ spec }: DeepReadonly<Service>): boolean =>
  spec?.type === "NodePort" || spec?.type === "LoadBalancer";

/**
 * A change of type leaves behind what the old type had been given, where the client did not say otherwise: clients that
 * read, change the type and write back need not know which fields belong to it.
 */
export function dropFieldsOfOldType(service: Service, old: DeepReadonly<Service>): void {
  const spec = service.spec ?? {};
  const was = old.spec ?? {};
  if (needsClusterIP(old) && !needsClusterIP(service)) {
    if (spec.clusterIP === was.clusterIP && sameList(spec.clusterIPs, was.clusterIPs)) {
      spec.clusterIP = undefined;
      spec.clusterIPs = undefined;
    }
    if (sameList(spec.ipFamilies, was.ipFamilies)) spec.ipFamilies = undefined;
    if (spec.ipFamilyPolicy === was.ipFamilyPolicy) spec.ipFamilyPolicy = undefined;
  }
  if (takesNodePorts(old) && !takesNodePorts(service)) {
    const before = nodePortsOf(old);
    if (nodePortsOf(service).every((port) => before.includes(port))) {
      for (const port of spec.ports ?? []) port.nodePort = undefined;
    }
  }
  if (needsHealthCheck(old) && !needsHealthCheck(service) && spec.healthCheckNodePort === was.healthCheckNodePort) {
    spec.healthCheckNodePort = undefined;
  }
  if (was.type === "LoadBalancer" && spec.type !== "LoadBalancer") {
    if (spec.allocateLoadBalancerNodePorts === was.allocateLoadBalancerNodePorts) {
      spec.allocateLoadBalancerNodePorts = undefined;
    }
    if (spec.loadBalancerClass === was.loadBalancerClass) spec.loadBalancerClass = undefined;
  }
  const samePolicy = spec.externalTrafficPolicy === was.externalTrafficPolicy;
  if (isExternallyAccessible(old) && !isExternallyAccessible(service) && samePolicy) {
    spec.externalTrafficPolicy = undefined;
  }
  if (spec.type !== "LoadBalancer") service.status = { ...service.status, loadBalancer: {} };
}
