import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KubernetesObject } from "@k8ts/api";
import type {
  IngressClass,
  IngressClassSpec,
  Ingress,
  IngressSpec,
  NetworkPolicy,
  NetworkPolicySpec,
  ServiceCIDR,
} from "@k8ts/api/networking/v1";
import { createFaults, defaulted, row, strategyOf, updateFaults } from "../strategy-fixture.ts";

const apiVersion = "networking.k8s.io/v1";
const metadata = { name: "web", namespace: "default" };
const service = { service: { name: "web", port: { number: 80 } } };

const ingress = (spec: IngressSpec, annotations: Record<string, string> = {}): Ingress => ({
  apiVersion,
  kind: "Ingress",
  metadata: { ...metadata, annotations },
  spec,
});
const at = (path: string, pathType = "Prefix", backend: object = service): IngressSpec =>
  ({ rules: [{ http: { paths: [{ path, pathType, backend }] } }] }) as IngressSpec;

describe("an Ingress is refused for", () => {
  const faulty: readonly [string, IngressSpec, RegExp][] = [
    ["nothing to send anywhere", {}, /either `defaultBackend` or `rules` must be specified/],
    ["an address for a host", { rules: [{ host: "10.0.0.1" }] }, /must be a DNS name, not an IP address/],
    ["a path from nowhere", at("web"), /must be an absolute path/],
    ["a path that goes up", at("/a/../b"), /must not contain '\/\.\.\/'/],
    ["a path of an unknown type", at("/", "Regex"), /supported values: "Exact", "ImplementationSpecific", "Prefix"/],
    ["no backend", at("/", "Prefix", {}), /resource or service backend is required/],
    ["a Service without a port", at("/", "Prefix", { service: { name: "web" } }), /port name or number is required/],
    [
      "a port by name and by number",
      at("/", "Prefix", { service: { name: "web", port: { name: "http", number: 80 } } }),
      /cannot set both port name & port number/,
    ],
  ];
  for (const [name, spec, fault] of faulty) {
    test(name, () => assert.match(createFaults(ingress(spec)).join("; "), fault));
  }

  test("two classes", () => {
    const object = ingress({ ...at("/"), ingressClassName: "a" }, { "kubernetes.io/ingress.class": "b" });
    assert.match(createFaults(object).join(), /must match `ingressClassName` when both are specified/);
    assert.match(
      strategyOf(object).warnings!(object, undefined).join(),
      /is deprecated, please use 'spec\.ingressClassName'/,
    );
  });
});

test("an Ingress shows its hosts, four of them as three and one more", () => {
  const hosts = ["a.x", "b.x", "c.x", "d.x"].map((host) => ({ host }));
  const shown = row(ingress({ rules: hosts, tls: [{ hosts: ["a.x"] }] }));
  assert.deepEqual([shown["Hosts"], shown["Ports"], shown["Class"]], ["a.x,b.x,c.x + 1 more...", "80, 443", "<none>"]);
  assert.equal(row(ingress(at("/")))["Hosts"], "*");
});

const policy = (spec: NetworkPolicySpec): NetworkPolicy => ({ apiVersion, kind: "NetworkPolicy", metadata, spec });
const from = (peer: object): NetworkPolicySpec =>
  ({ podSelector: {}, ingress: [{ from: [peer] }] }) as NetworkPolicySpec;
const port = (one: object): NetworkPolicySpec =>
  ({ podSelector: {}, ingress: [{ ports: [one] }] }) as NetworkPolicySpec;

test("a NetworkPolicy is about egress where it has rules for it", () => {
  assert.deepEqual(defaulted(policy({ podSelector: {} })).spec?.policyTypes, ["Ingress"]);
  assert.deepEqual(defaulted(policy({ podSelector: {}, egress: [{}] })).spec?.policyTypes, ["Ingress", "Egress"]);
});

describe("a NetworkPolicy is refused for", () => {
  const faulty: readonly [string, NetworkPolicySpec, RegExp][] = [
    ["a peer that is nobody", from({}), /^spec\.ingress\[0\]\.from\[0\]: Required value: must specify a peer$/],
    [
      "addresses and pods in one peer",
      from({ ipBlock: { cidr: "10.0.0.0/8" }, podSelector: {} }),
      /both ipBlock and another/,
    ],
    [
      "a hole outside of its block",
      from({ ipBlock: { cidr: "10.0.0.0/8", except: ["11.0.0.0/9"] } }),
      /strict subset of `cidr`/,
    ],
    ["a range of ports that ends before it starts", port({ port: 80, endPort: 79 }), /greater than or equal to `port`/],
    ["a range of named ports", port({ port: "http", endPort: 90 }), /may not be specified when `port` is non-numeric/],
    [
      "an unknown protocol",
      port({ protocol: "ICMP" }),
      /supported values: "TCP", "UDP", "SCTP"|Unsupported value: "ICMP"/,
    ],
    ["an unknown direction", { podSelector: {}, policyTypes: ["Up"] }, /supported values: /],
  ];
  for (const [name, spec, fault] of faulty) {
    test(name, () => assert.match(createFaults(policy(spec)).join("; "), fault));
  }
});

const ingressClass = (spec: Partial<IngressClassSpec>): IngressClass =>
  ({ apiVersion, kind: "IngressClass", metadata: { name: "web" }, spec }) as IngressClass;
const cidrs = (...ranges: string[]): ServiceCIDR => ({
  apiVersion,
  kind: "ServiceCIDR",
  metadata: { name: "more" },
  spec: { cidrs: ranges },
});

describe("is refused:", () => {
  const named = { kind: "Params", name: "p" };
  const faulty: readonly [string, KubernetesObject, RegExp][] = [
    ["a controller without a domain", ingressClass({ controller: "web" }), /^spec\.controller: Invalid value/],
    [
      "parameters of a namespace that is not named",
      ingressClass({ controller: "x.io/web", parameters: { ...named, scope: "Namespace" } }),
      /`parameters\.scope` is set to 'Namespace'$/,
    ],
    ["no range at all", cidrs(), /at least one CIDR required$/],
    ["two ranges of one family", cidrs("10.0.0.0/24", "10.0.1.0/24"), /no more than one IP for each IP family/],
    ["three ranges", cidrs("10.0.0.0/24", "fd00::/112", "10.1.0.0/24"), /may only hold up to 2 values$/],
  ];
  for (const [name, object, fault] of faulty) test(name, () => assert.match(createFaults(object).join("; "), fault));
});

test("an IngressClass keeps its controller, a ServiceCIDR its first range", () => {
  const faults = updateFaults(ingressClass({ controller: "x.io/b" }), ingressClass({ controller: "x.io/a" }));
  assert.match(faults.join(), /^spec\.controller: .*field is immutable/);
  assert.deepEqual(updateFaults(cidrs("10.0.0.0/24", "fd00::/112"), cidrs("10.0.0.0/24")), []);
  assert.match(
    updateFaults(cidrs("10.1.0.0/24"), cidrs("10.0.0.0/24")).join(),
    /^spec\.cidrs\[0\]: .*field is immutable/,
  );
});
