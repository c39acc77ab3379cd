/** EndpointSlices: what the store must know of them. */
import {
  deepEqual,
  fieldDuplicate,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooMany,
  isDnsLabel,
  isDnsSubdomain,
  isIP,
  isLabelValue,
  isQualifiedName,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Endpoint, EndpointPort, EndpointSlice } from "@k8ts/api/discovery/v1";
import { checkEndpointIP, checkLegacyIP } from "../meta/addresses.ts";
import { checkFormat, checkImmutable, checkRequiredSupported } from "../meta/field-checks.ts";
import { ageColumn, nameColumn, text } from "../printing/columns.ts";
import { shortList } from "../printing/short-list.ts";
import type { Strategy } from "../strategy.ts";
import { protocols } from "../core/pod-containers.ts";

type In<T> = DeepReadonly<T>;

/** Most endpoints of a slice, addresses of an endpoint, ports, and hints of either kind. */
const limits = { endpoints: 1000, addresses: 100, ports: 20_000, hints: 8 } as const;

function checkAddress(address: string, type: string, list: string, path: string, faults: FieldError[]): void {
  if (type === "FQDN") {
    const labels = address.replace(/\.$/, "").split(".");
    for (const detail of isDnsSubdomain(address.replace(/\.$/, ""))) faults.push(fieldInvalid(path, address, detail));
    if (labels.length < 2) {
      faults.push(fieldInvalid(path, address, "should be a domain with at least two segments separated by dots"));
    }
    return;
  }
  if (type === "IPv4") {
    if (!checkLegacyIP(address, path, faults)) return;
  } else {
    const details = isIP(address);
    for (const detail of details) faults.push(fieldInvalid(path, address, detail));
    if (details.length > 0) return;
  }
  if (address.includes(":") !== (type === "IPv6"))
    faults.push(fieldInvalid(list, address, `must be an ${type} address`));
  checkEndpointIP(address, path, faults);
}

function checkEndpoint(endpoint: In<Endpoint>, type: string, path: string, faults: FieldError[]): void {
  const addresses = endpoint.addresses ?? [];
  const list = `${path}.addresses`;
  if (addresses.length === 0) faults.push(fieldRequired(list, "must contain at least 1 address"));
  else if (addresses.length > limits.addresses) faults.push(fieldTooMany(list, addresses.length, limits.addresses));
  if (type === "IPv4" || type === "IPv6" || type === "FQDN") {
    addresses.forEach((address, index) => checkAddress(address, type, list, `${list}[${index}]`, faults));
  }
  if (endpoint.nodeName !== undefined) checkFormat(endpoint.nodeName, isDnsSubdomain, `${path}.nodeName`, faults);
  if (endpoint.hostname !== undefined) checkFormat(endpoint.hostname, isDnsLabel, `${path}.hostname`, faults);
  checkHints(endpoint.hints?.forZones, isLabelValue, `${path}.hints.forZones`, faults);
  checkHints(endpoint.hints?.forNodes, isDnsSubdomain, `${path}.hints.forNodes`, faults);
}

function checkHints(
  hints: readonly { readonly name: string }[] | undefined,
  rule: (name: string) => string[],
  path: string,
  faults: FieldError[],
): void {
  if (!hints) return;
  if (hints.length > limits.hints) {
    faults.push(fieldTooMany(path, hints.length, limits.hints));
    return;
  }
  const seen = new Set<string>();
  hints.forEach(({ name }, index) => {
    if (seen.has(name)) faults.push(fieldDuplicate(`${path}[${index}].name`, name));
    seen.add(name);
    checkFormat(name, rule, `${path}[${index}].name`, faults);
  });
}

function checkPorts(ports: readonly In<EndpointPort>[] = [], faults: FieldError[]): void {
  if (ports.length > limits.ports) {
    faults.push(fieldTooMany("ports", ports.length, limits.ports));
    return;
  }
  const names = new Set<string>();
  ports.forEach((port, index) => {
    const path = `ports[${index}]`;
    const name = port.name ?? "";
    if (name) checkFormat(name, isDnsLabel, `${path}.name`, faults);
    if (names.has(name)) faults.push(fieldDuplicate(`${path}.name`, name));
    names.add(name);
    checkRequiredSupported(port.protocol, protocols, `${path}.protocol`, faults);
    if (port.appProtocol !== undefined) checkFormat(port.appProtocol, isQualifiedName, `${path}.appProtocol`, faults);
  });
}

function check(slice: In<EndpointSlice>, old: In<EndpointSlice> | undefined): FieldError[] {
  const faults: FieldError[] = [];
  const types = ["FQDN", "IPv4", "IPv6"];
  if (!slice.addressType) faults.push(fieldRequired("addressType"));
  else if (!types.includes(slice.addressType)) faults.push(fieldNotSupported("addressType", slice.addressType, types));
  checkPorts(slice.ports, faults);
  const endpoints = slice.endpoints ?? [];
  if (old && deepEqual(endpoints, old.endpoints ?? [])) return faults;
  if (endpoints.length > limits.endpoints) faults.push(fieldTooMany("endpoints", endpoints.length, limits.endpoints));
  else
    endpoints.forEach((endpoint, index) => checkEndpoint(endpoint, slice.addressType, `endpoints[${index}]`, faults));
  return faults;
}

const portText = ({ port, name }: In<EndpointPort>): string => (port === undefined ? name || "*" : String(port));

/** EndpointSlices. */
export const endpointSlice: Strategy<EndpointSlice> = {
  group: "discovery.k8s.io",
  resource: "endpointslices",
  prepareForUpdate(object, old) {
    // Whoever mirrors slices watches their labels too.
    if (!deepEqual(object.metadata.labels ?? {}, old.metadata.labels ?? {})) {
      object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    }
  },
  generation: true,
  validate: (object) => check(object, undefined),
  validateUpdate(object, old) {
    const faults = check(object, old);
    checkImmutable(object.addressType, old.addressType, "addressType", faults);
    return faults;
  },
  columns: [
    nameColumn,
    text("AddressType", "What kind of addresses it has.", ({ addressType }) => addressType ?? ""),
    text("Ports", "Ports of the endpoints.", ({ ports }) => shortList((ports ?? []).map(portText), 3, "<unset>")),
    text("Endpoints", "Addresses of the endpoints.", ({ endpoints }) =>
      shortList(
        (endpoints ?? []).flatMap(({ addresses }) => addresses ?? []),
        3,
        "<unset>",
      ),
    ),
    ageColumn,
  ],
};
