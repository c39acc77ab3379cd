import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Service } from "@k8ts/api/core/v1";
import type { EndpointSlice } from "@k8ts/api/discovery/v1";
import { planService } from "./plan.ts";

type Condition = "ready" | "draining" | "gone" | "unready";
const conditions: Readonly<Record<Condition, object>> = {
  ready: { ready: true, serving: true, terminating: false },
  draining: { ready: false, serving: true, terminating: true },
  gone: { ready: false, serving: false, terminating: true },
  unready: { ready: false, serving: false, terminating: false },
};

/** "here-1:ready@a" is an endpoint on this node, ready, with a hint for zone a ("@#x": for node x). */
function planned(spec: object, endpoints: readonly string[]) {
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "n" },
    spec: {
      clusterIP: "10.96.0.10",
      ports: [{ port: 80, protocol: "TCP", nodePort: "type" in spec ? 30080 : 0 }],
      ...spec,
    },
  } as Service;
  const slice = {
    addressType: "IPv4",
    ports: [{ name: "", port: 8080, protocol: "TCP" }],
    endpoints: endpoints.map((text) => {
      const [, place, n, condition, hint = ""] = /^(here|there)-(\d):(\w+)(?:@(.*))?$/.exec(text)!;
      const name = hint.replace("#", "");
      const hints = hint.startsWith("#") ? { forNodes: [{ name }] } : hint && { forZones: [{ name }] };
      return {
        addresses: [`10.0.${place === "here" ? 1 : 2}.${n}`],
        nodeName: place === "here" ? "node1" : "node2",
        conditions: conditions[condition as Condition],
        ...(hints && { hints }),
      };
    }),
  } as unknown as EndpointSlice;
  const [plan] = planService(service, [slice], { nodeName: "node1", zone: "a" });
  const short = (list: readonly { address: string }[]): string => list.map(({ address }) => address.slice(5)).join(" ");
  return `internal ${plan!.internal}, external ${plan!.external}, cluster [${short(plan!.cluster)}], local [${short(plan!.local)}]`;
}

const both = ["here-1:ready", "there-1:ready"];
const local = { type: "NodePort", externalTrafficPolicy: "Local" };
const table: readonly (readonly [string, object, readonly string[], string])[] = [
  ["ready endpoints", {}, both, "internal cluster, external undefined, cluster [1.1 2.1], local []"],
  ["none", {}, [], "internal reject, external undefined, cluster [], local []"],
  ["none that is ready", {}, ["here-1:unready"], "internal reject, external undefined, cluster [], local []"],
  [
    "ready before draining",
    {},
    ["here-1:draining", "there-1:ready"],
    "internal cluster, external undefined, cluster [2.1], local []",
  ],
  [
    "draining where none is ready",
    {},
    ["here-1:draining", "there-1:gone"],
    "internal cluster, external undefined, cluster [1.1], local []",
  ],
  ["node port", { type: "NodePort" }, both, "internal cluster, external cluster, cluster [1.1 2.1], local []"],
  ["external Local", local, both, "internal cluster, external local, cluster [1.1 2.1], local [1.1]"],
  ["external Local, nobody here", local, ["there-1:ready"], "internal cluster, external drop, cluster [2.1], local []"],
  ["external Local, nobody anywhere", local, [], "internal reject, external reject, cluster [], local []"],
  [
    "external Local, draining here",
    local,
    ["here-1:draining", "there-1:ready"],
    "internal cluster, external local, cluster [2.1], local [1.1]",
  ],
  [
    "external Local without external addresses",
    { externalTrafficPolicy: "Local" },
    both,
    "internal cluster, external undefined, cluster [1.1 2.1], local []",
  ],
  [
    "internal Local",
    { internalTrafficPolicy: "Local" },
    both,
    "internal local, external undefined, cluster [], local [1.1]",
  ],
  [
    "internal Local, nobody here",
    { internalTrafficPolicy: "Local" },
    ["there-1:ready"],
    "internal drop, external undefined, cluster [], local []",
  ],
  [
    "zone hints",
    {},
    ["here-1:ready@a", "there-1:ready@b"],
    "internal cluster, external undefined, cluster [1.1], local []",
  ],
  [
    "zone hints for others only",
    {},
    ["there-1:ready@b"],
    "internal cluster, external undefined, cluster [2.1], local []",
  ],
  [
    "an endpoint without a hint",
    {},
    ["here-1:ready@a", "there-1:ready"],
    "internal cluster, external undefined, cluster [1.1 2.1], local []",
  ],
  [
    "hints of unready endpoints do not count",
    {},
    ["here-1:ready@a", "there-1:unready"],
    "internal cluster, external undefined, cluster [1.1], local []",
  ],
  [
    "node hints",
    {},
    ["here-1:ready@#node1", "there-1:ready@#node2"],
    "internal cluster, external undefined, cluster [1.1], local []",
  ],
  [
    "node hints for others only",
    {},
    ["there-1:ready@#node2"],
    "internal cluster, external undefined, cluster [2.1], local []",
  ],
];

describe("plan", () => {
  for (const [name, spec, endpoints, expected] of table) {
    it(name, () => assert.equal(planned(spec, endpoints), expected));
  }

  it("takes no address of another family than its slice's", () => {
    const slice = {
      addressType: "IPv4",
      ports: [{ name: "", port: 8080, protocol: "TCP" }],
      endpoints: [
        { addresses: ["fd00::1"] },
        { addresses: ["10.0.1.1"] },
        { addresses: ["nonsense"] },
        { addresses: [] },
      ],
    } as unknown as EndpointSlice;
    const spec = { clusterIP: "10.96.0.10", ports: [{ port: 80, protocol: "TCP" }] };
    const service = { metadata: { name: "web", namespace: "n" }, spec } as unknown as Service;
    const [plan] = planService(service, [slice], { nodeName: "node1", zone: "" });
    assert.deepEqual(
      plan?.cluster.map(({ address }) => address),
      ["10.0.1.1"],
    );
  });

  it("takes nothing from the API into rules that is no address", () => {
    const spec = { clusterIP: "10.96.0.10; flush ruleset", externalIPs: ["} drop"], ports: [{ port: 80 }] };
    const service = { metadata: { name: "web", namespace: "n" }, spec } as unknown as Service;
    assert.deepEqual(planService(service, [], { nodeName: "node1", zone: "" }), []);
    const good = { ...service, spec: { ...spec, clusterIP: "010.96.0.10" } };
    const [plan] = planService(good, [], { nodeName: "node1", zone: "" });
    assert.deepEqual([plan?.port.clusterIP, plan?.port.externalIPs], ["10.96.0.10", []]);
  });
});
