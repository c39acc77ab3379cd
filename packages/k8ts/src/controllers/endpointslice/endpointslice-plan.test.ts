import assert from "node:assert/strict";
import { test } from "node:test";
import { cloneJson } from "@k8ts/api";
import type { Pod, Service } from "@k8ts/api/core/v1";
import type { EndpointSlice } from "@k8ts/api/discovery/v1";
import { pod, ready, service } from "../testing/objects.ts";
import { planEndpointSlices, type SlicePlan } from "./endpointslice-plan.ts";

const owned = (spec: Partial<Service["spec"]> = {}): Service => {
  const made = service("web", spec);
  made.metadata.uid = "svc";
  return made;
};
const on = (name: string, more: Parameters<typeof pod>[1] = {}): Pod =>
  pod(name, { ...more, spec: { nodeName: "n1", ...more.spec } });
const many = (count: number, from = 0): Pod[] =>
  Array.from({ length: count }, (_, index) =>
    on(`p${from + index}`, { status: ready(`10.1.${(from + index) >> 8}.${(from + index) & 255}`) }),
  );

function plan(of: Service, pods: Pod[], slices: EndpointSlice[] = [], zone = "z1"): SlicePlan {
  const zoneOf = (name: string): string | undefined => (name === "n1" ? zone : undefined);
  return planEndpointSlices({ service: of, pods, slices, zoneOf, maxEndpoints: 100 });
}

/** What a plan leaves behind, named as a server would. */
function applied(before: EndpointSlice[], { create, update, delete: gone }: SlicePlan): EndpointSlice[] {
  const updated = new Map(update.map((slice) => [slice.metadata.name, slice]));
  const names = new Set(gone.map((slice) => slice.metadata.name));
  const kept = before
    .filter(({ metadata }) => !names.has(metadata.name))
    .map((slice) => updated.get(slice.metadata.name) ?? slice);
  const made = create.map((slice, index) => ({
    ...slice,
    metadata: { ...slice.metadata, name: `made-${before.length}-${index}` },
  }));
  return cloneJson([...kept, ...made]) as EndpointSlice[];
}

const writes = ({ create, update, delete: gone }: SlicePlan): number[] => [create.length, update.length, gone.length];

test("an endpoint says where it is and how it does", () => {
  const going = on("going", {
    metadata: { name: "going", deletionTimestamp: "2026-01-01T00:00:00Z" },
    status: ready("10.0.0.3"),
  });
  const { create } = plan(owned(), [
    on("good", { status: ready("10.0.0.1") }),
    on("bad", { status: { ...ready("10.0.0.2"), conditions: [] } }),
    going,
  ]);
  const [slice] = create;
  assert.deepEqual(slice!.metadata.labels, {
    "kubernetes.io/service-name": "web",
    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
  });
  assert.equal(slice!.metadata.generateName, "web-");
  assert.deepEqual(slice!.ports, [{ name: "", port: 80, protocol: "TCP" }]);
  assert.deepEqual(slice!.endpoints![0], {
    addresses: ["10.0.0.1"],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: "n1",
    targetRef: { kind: "Pod", namespace: "default", name: "good", uid: "uid-good" },
    zone: "z1",
  });
  assert.deepEqual(
    slice!.endpoints!.map(({ conditions }) => conditions),
    [
      { ready: true, serving: true, terminating: false },
      { ready: false, serving: false, terminating: false },
      { ready: false, serving: true, terminating: true },
    ],
  );
});

test("publishNotReadyAddresses makes all ready, known node or not", () => {
  const lost = on("lost", { spec: { nodeName: "gone" }, status: { ...ready("10.0.0.2"), conditions: [] } });
  const { create, problems } = plan(owned({ publishNotReadyAddresses: true }), [lost]);
  assert.equal(create[0]!.endpoints![0]!.conditions!.ready, true);
  assert.deepEqual(problems, []);
  const without = plan(owned(), [lost]);
  assert.deepEqual(without.problems, ["skipping Pod lost for Service default/web: Node gone Not Found"]);
});

test("pods that finished or have no address are left out", () => {
  const done = on("done", { status: { ...ready("10.0.0.1"), phase: "Succeeded" } });
  const { create } = plan(owned(), [done, on("new", { status: { phase: "Pending" } })]);
  assert.deepEqual(
    create.map(({ endpoints, ports }) => [endpoints, ports]),
    [[[], []]],
  );
});

test("a Service without endpoints keeps one empty slice", () => {
  const empty = applied([], plan(owned(), []));
  assert.equal(empty.length, 1);
  assert.deepEqual(writes(plan(owned(), [], empty)), [0, 0, 0]);
  const filled = plan(owned(), many(2), empty);
  assert.deepEqual(writes(filled), [0, 1, 0], "it becomes the first real one");
  assert.deepEqual(writes(plan(owned(), [], applied(empty, filled))), [0, 1, 0]);
});

test("both families get slices of their own", () => {
  const both = on("both", { status: { ...ready("10.0.0.1"), podIPs: [{ ip: "10.0.0.1" }, { ip: "2001:DB8::0:1" }] } });
  const { create } = plan(owned({ ipFamilies: ["IPv4", "IPv6"] }), [both]);
  assert.deepEqual(
    create.map(({ addressType, endpoints }) => [addressType, endpoints![0]!.addresses]),
    [
      ["IPv4", ["10.0.0.1"]],
      ["IPv6", ["2001:db8::1"]],
    ],
  );
  const slices = applied([], { create, update: [], delete: [], problems: [] });
  assert.deepEqual(writes(plan(owned(), [both], slices)), [0, 0, 1], "a family that went takes its slices along");
});

test("slices hold 100 and change as little as can be", () => {
  let slices = applied([], plan(owned(), many(250)));
  assert.deepEqual(
    slices.map(({ endpoints }) => endpoints!.length),
    [100, 100, 50],
  );
  assert.deepEqual(writes(plan(owned(), many(250), slices)), [0, 0, 0]);
  const one = plan(owned(), many(251), slices);
  assert.deepEqual(writes(one), [0, 1, 0], "one more goes where there is room");
  slices = applied(slices, one);
  const gone = plan(owned(), many(251).slice(1), slices);
  assert.deepEqual(writes(gone), [0, 1, 0], "one less touches its slice only");
  slices = applied(slices, gone);
  const swapped = plan(owned(), [...many(251).slice(2), on("new", { status: ready("10.9.0.1") })], slices);
  assert.deepEqual(writes(swapped), [0, 1, 0], "one less and one more share a write");
  const burst = plan(owned(), many(400).slice(1), slices);
  const after = applied(slices, burst);
  assert.equal(
    after.reduce((sum, slice) => sum + slice.endpoints!.length, 0),
    399,
  );
  assert.ok(after.every((slice) => slice.endpoints!.length <= 100));
});

test("a change of readiness updates one slice in place", () => {
  const slices = applied([], plan(owned(), many(150)));
  const pods = many(150);
  pods[120]!.status!.conditions = [];
  const changed = plan(owned(), pods, slices);
  assert.deepEqual(writes(changed), [0, 1, 0]);
  assert.equal(changed.update[0]!.endpoints![20]!.conditions!.ready, false);
});

test("pods whose named port differs go to slices of their own", () => {
  const other = on("other", {
    spec: { containers: [{ name: "c", ports: [{ name: "http", containerPort: 8080 }] }] },
    status: ready("10.0.0.9"),
  });
  const none = on("none", { spec: { containers: [{ name: "c" }] }, status: ready("10.0.0.8") });
  const { create } = plan(owned(), [...many(1), other, none]);
  assert.deepEqual(
    create.map(({ ports }) => ports!.map(({ port }) => port)),
    [[80], [8080], []],
  );
});

test("labels follow the Service's, reserved ones aside", () => {
  const slices = applied([], plan(owned(), many(1)));
  const labelled = owned({ clusterIP: "None" });
  labelled.metadata.labels = { team: "a", "kubernetes.io/service-name": "fake" };
  const [slice] = plan(labelled, many(1), slices).update;
  assert.deepEqual(slice!.metadata.labels, {
    team: "a",
    "service.kubernetes.io/headless": "",
    "kubernetes.io/service-name": "web",
    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
  });
});

test("slices of an earlier Service of that name are left to the garbage collector's deletes", () => {
  const slices = applied([], plan(owned(), many(1)));
  slices[0]!.metadata.ownerReferences![0]!.uid = "another";
  assert.deepEqual(writes(plan(owned(), many(1), slices)), [1, 0, 1]);
});

test("trafficDistribution hints, and takes hints back", () => {
  const near = owned({ trafficDistribution: "PreferSameNode" });
  const slices = applied([], plan(near, many(1)));
  assert.deepEqual(slices[0]!.endpoints![0]!.hints, { forZones: [{ name: "z1" }], forNodes: [{ name: "n1" }] });
  assert.deepEqual(writes(plan(near, many(1), slices)), [0, 0, 0]);
  const zoned = plan(owned({ trafficDistribution: "PreferClose" }), many(1), slices);
  assert.deepEqual(zoned.update[0]!.endpoints![0]!.hints, { forZones: [{ name: "z1" }] });
  const plain = plan(owned(), many(1), slices);
  assert.equal(plain.update[0]!.endpoints![0]!.hints, undefined);
});

test("a hostname only where the pod's subdomain is the Service", () => {
  const named = on("a", { spec: { nodeName: "n1", hostname: "db-0", subdomain: "web" }, status: ready("10.0.0.1") });
  const other = on("b", { spec: { nodeName: "n1", hostname: "db-1", subdomain: "api" }, status: ready("10.0.0.2") });
  const { create } = plan(owned(), [named, other]);
  assert.deepEqual(
    create[0]!.endpoints!.map(({ hostname }) => hostname),
    ["db-0", undefined],
  );
});
