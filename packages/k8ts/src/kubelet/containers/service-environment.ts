/** The variables by which a container finds Services without DNS: {NAME}_SERVICE_HOST and friends. */
import type { DeepReadonly } from "@k8ts/api";
import type { Service, ServicePort } from "@k8ts/api/core/v1";

const variableName = (text: string): string => text.toUpperCase().replaceAll("-", "_");

/** The Services of a namespace that its pods are told of; of all pods, `default/kubernetes`. */
export function linkedServices(
  services: readonly DeepReadonly<Service>[],
  namespace: string,
  enableServiceLinks: boolean,
): DeepReadonly<Service>[] {
  const linked = new Map<string, DeepReadonly<Service>>();
  for (const service of services) {
    const ip = service.spec?.clusterIP;
    if (!ip || ip === "None") continue;
    const { name = "", namespace: of } = service.metadata;
    if (of === "default" && name === "kubernetes") {
      if (!linked.has(name)) linked.set(name, service);
    } else if (of === namespace && enableServiceLinks) linked.set(name, service);
  }
  return [...linked.values()];
}

/** The variables of these Services. */
export function serviceEnvironment(services: readonly DeepReadonly<Service>[]): Map<string, string> {
  const variables = new Map<string, string>();
  for (const service of services) {
    const ports = service.spec?.ports ?? [];
    const prefix = variableName(service.metadata.name ?? "");
    const ip = service.spec?.clusterIP ?? "";
    variables.set(`${prefix}_SERVICE_HOST`, ip);
    if (ports[0] !== undefined) variables.set(`${prefix}_SERVICE_PORT`, String(ports[0].port));
    for (const port of ports) {
      if (port.name) variables.set(`${prefix}_SERVICE_PORT_${variableName(port.name)}`, String(port.port));
    }
    ports.forEach((port, index) => addLink(variables, prefix, ip, port, index === 0));
  }
  return variables;
}

/** Docker's link variables. */
function addLink(
  variables: Map<string, string>,
  prefix: string,
  ip: string,
  port: DeepReadonly<ServicePort>,
  first: boolean,
): void {
  const protocol = (port.protocol ?? "TCP").toLowerCase();
  const url = `${protocol}://${ip.includes(":") ? `[${ip}]` : ip}:${port.port}`;
  if (first) variables.set(`${prefix}_PORT`, url);
  const name = `${prefix}_PORT_${port.port}_${protocol.toUpperCase()}`;
  variables.set(name, url);
  variables.set(`${name}_PROTO`, protocol);
  variables.set(`${name}_PORT`, String(port.port));
  variables.set(`${name}_ADDR`, ip);
}
