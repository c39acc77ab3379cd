/** Endpoints: what the store must know of them. */
import {
  deepEqual,
  fieldInvalid,
  fieldRequired,
  isDnsLabel,
  isDnsSubdomain,
  isPortNumber,
  isQualifiedName,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { EndpointAddress, EndpointPort, Endpoints, EndpointSubset } from "@k8ts/api/core/v1";
import { checkEndpointIP, checkLegacyIP } from "../meta/addresses.ts";
import { checkFormat, checkRequiredSupported } from "../meta/field-checks.ts";
import { ageColumn, nameColumn, text } from "../printing/columns.ts";
import { shortList } from "../printing/short-list.ts";
import type { Strategy } from "../strategy.ts";
import { protocols } from "./pod-containers.ts";

type In<T> = DeepReadonly<T>;

function checkSubset(subset: In<EndpointSubset>, path: string, faults: FieldError[]): void {
  if (!subset.addresses?.length && !subset.notReadyAddresses?.length) {
    faults.push(fieldRequired(path, "must specify `addresses` or `notReadyAddresses`"));
  }
  for (const list of ["addresses", "notReadyAddresses"] as const) {
    subset[list]?.forEach((address, index) => checkAddress(address, `${path}.${list}[${index}]`, faults));
  }
  const many = (subset.ports?.length ?? 0) > 1;
  subset.ports?.forEach((port, index) => checkPort(port, many, `${path}.ports[${index}]`, faults));
}

function checkAddress(address: In<EndpointAddress>, path: string, faults: FieldError[]): void {
  checkLegacyIP(address.ip, `${path}.ip`, faults);
  if (address.hostname) checkFormat(address.hostname, isDnsLabel, `${path}.hostname`, faults);
  if (address.nodeName !== undefined) checkFormat(address.nodeName, isDnsSubdomain, `${path}.nodeName`, faults);
  checkEndpointIP(address.ip, `${path}.ip`, faults);
}

function checkPort(port: In<EndpointPort>, named: boolean, path: string, faults: FieldError[]): void {
  if (port.name) checkFormat(port.name, isDnsLabel, `${path}.name`, faults);
  else if (named) faults.push(fieldRequired(`${path}.name`));
  for (const detail of isPortNumber(port.port)) faults.push(fieldInvalid(`${path}.port`, port.port, detail));
  checkRequiredSupported(port.protocol, protocols, `${path}.protocol`, faults);
  if (port.appProtocol !== undefined) checkFormat(port.appProtocol, isQualifiedName, `${path}.appProtocol`, faults);
}

function validate(endpoints: In<Endpoints>): FieldError[] {
  const faults: FieldError[] = [];
  endpoints.subsets?.forEach((subset, index) => checkSubset(subset, `subsets[${index}]`, faults));
  return faults;
}

const hostPort = (ip: string, port: number): string => (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`);

function endpointsText({ subsets }: In<Endpoints>): string {
  if (!subsets?.length) return "<none>";
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port))),
  );
  return shortList(all, 3, "");
}

/** Endpoints. */
export const endpoints: Strategy<Endpoints> = {
  group: "",
  resource: "endpoints",
  validate,
  validateUpdate: (object, old) => (deepEqual(object.subsets, old.subsets) ? [] : validate(object)),
  allowCreateOnUpdate: true,
  columns: [nameColumn, text("Endpoints", "Addresses behind the service.", endpointsText), ageColumn],
};
