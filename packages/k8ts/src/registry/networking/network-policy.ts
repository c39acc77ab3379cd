/** NetworkPolicies: what the store must know of them. */
import {
  cidrContains,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isPortName,
  isPortNumber,
  parseCIDR,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from "@k8ts/api/networking/v1";
import { checkLegacyCIDR } from "../meta/addresses.ts";
import { checkLabelSelector } from "../meta/labels.ts";
import { ageColumn, nameColumn, text } from "../printing/columns.ts";
import { formatLabelSelector } from "../printing/label-text.ts";
import type { Strategy } from "../strategy.ts";

type In<T> = DeepReadonly<T>;

function blocksOf(spec: In<NetworkPolicySpec> | undefined): string[] {
  const peers = [
    ...(spec?.ingress ?? []).flatMap(({ from }) => from ?? []),
    ...(spec?.egress ?? []).flatMap(({ to }) => to ?? []),
  ];
  return peers.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr, ...(ipBlock.except ?? [])] : []));
}

function checkSpec(spec: In<NetworkPolicySpec> | undefined, old: In<NetworkPolicySpec> | undefined): FieldError[] {
  const faults: FieldError[] = [];
  const accepted = blocksOf(old);
  checkLabelSelector(spec?.podSelector, "spec.podSelector", faults);
  spec?.ingress?.forEach(({ ports, from }, index) => {
    ports?.forEach((port, at) => checkPort(port, `spec.ingress[${index}].ports[${at}]`, faults));
    from?.forEach((peer, at) => checkPeer(peer, accepted, `spec.ingress[${index}].from[${at}]`, faults));
  });
  spec?.egress?.forEach(({ ports, to }, index) => {
    ports?.forEach((port, at) => checkPort(port, `spec.egress[${index}].ports[${at}]`, faults));
    to?.forEach((peer, at) => checkPeer(peer, accepted, `spec.egress[${index}].to[${at}]`, faults));
  });
  const types = spec?.policyTypes ?? [];
  if (types.length > 2)
    faults.push(fieldInvalid("spec.policyTypes", types, "may not specify more than two policyTypes"));
  else {
    types.forEach((type, index) => {
      if (type === "Ingress" || type === "Egress") return;
      faults.push(fieldNotSupported(`spec.policyTypes[${index}]`, type, ["Ingress", "Egress"]));
    });
  }
  return faults;
}

function checkPort({ protocol, port, endPort }: In<NetworkPolicyPort>, path: string, faults: FieldError[]): void {
  const protocols = ["TCP", "UDP", "SCTP"];
  if (protocol !== undefined && !protocols.includes(protocol)) {
    faults.push(fieldNotSupported(`${path}.protocol`, protocol, protocols));
  }
  const end = `${path}.endPort`;
  if (port === undefined) {
    if (endPort !== undefined)
      faults.push(fieldInvalid(end, endPort, "may not be specified when `port` is not specified"));
  } else if (typeof port === "string") {
    if (endPort !== undefined)
      faults.push(fieldInvalid(end, endPort, "may not be specified when `port` is non-numeric"));
    for (const detail of isPortName(port)) faults.push(fieldInvalid(`${path}.port`, port, detail));
  } else {
    for (const detail of isPortNumber(port)) faults.push(fieldInvalid(`${path}.port`, port, detail));
    if (endPort === undefined) return;
    if (endPort < port) faults.push(fieldInvalid(end, port, "must be greater than or equal to `port`"));
    for (const detail of isPortNumber(endPort)) faults.push(fieldInvalid(end, endPort, detail));
  }
}

function checkPeer(peer: In<NetworkPolicyPeer>, accepted: readonly string[], path: string, faults: FieldError[]): void {
  checkLabelSelector(peer.podSelector, `${path}.podSelector`, faults);
  checkLabelSelector(peer.namespaceSelector, `${path}.namespaceSelector`, faults);
  if (peer.ipBlock) checkBlock(peer.ipBlock, accepted, `${path}.ipBlock`, faults);
  const kinds = [peer.podSelector, peer.namespaceSelector, peer.ipBlock].filter(Boolean).length;
  if (kinds === 0) faults.push(fieldRequired(path, "must specify a peer"));
  else if (kinds > 1 && peer.ipBlock)
    faults.push(fieldForbidden(path, "may not specify both ipBlock and another peer"));
}

function checkBlock(
  { cidr, except }: In<IPBlock>,
  accepted: readonly string[],
  path: string,
  faults: FieldError[],
): void {
  if (!cidr) {
    faults.push(fieldRequired(`${path}.cidr`));
    return;
  }
  checkLegacyCIDR(cidr, `${path}.cidr`, faults, accepted);
  const block = parseCIDR(cidr);
  if (!block) return;
  except?.forEach((text, index) => {
    const at = `${path}.except[${index}]`;
    checkLegacyCIDR(text, at, faults, accepted);
    const hole = parseCIDR(text);
    if (!hole || (cidrContains(block, hole.address) && block.prefixLength < hole.prefixLength)) return;
    faults.push(fieldInvalid(at, text, "must be a strict subset of `cidr`"));
  });
}

/** NetworkPolicies. */
export const networkPolicy: Strategy<NetworkPolicy> = {
  group: "networking.k8s.io",
  resource: "networkpolicies",
  default({ spec }) {
    if (!spec || spec.policyTypes?.length) return;
    spec.policyTypes = spec.egress?.length ? ["Ingress", "Egress"] : ["Ingress"];
  },
  generation: true,
  validate: ({ spec }) => checkSpec(spec, undefined),
  validateUpdate: ({ spec }, old) => checkSpec(spec, old.spec),
  columns: [
    nameColumn,
    text("Pod-Selector", "Pods the policy is about.", ({ spec }) => formatLabelSelector(spec?.podSelector)),
    ageColumn,
  ],
};
