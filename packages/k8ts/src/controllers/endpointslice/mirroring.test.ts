import assert from "node:assert/strict";
import { test } from "node:test";
import { endpoints, services, type Endpoints } from "@k8ts/api/core/v1";
import { endpointSlices } from "@k8ts/api/discovery/v1";
import { service } from "../testing/objects.ts";
import { TestCluster } from "../testing/test-cluster.ts";
import { endpointSliceMirroringController } from "./mirroring.ts";

const made = (subsets: Endpoints["subsets"], labels: Record<string, string> = { team: "a" }): Endpoints => ({
  apiVersion: "v1",
  kind: "Endpoints",
  metadata: { name: "db", namespace: "default", labels },
  subsets,
});
const ports = [{ name: "sql", port: 5432, protocol: "TCP" }];

async function cluster(object: Endpoints, selector?: Record<string, string>): Promise<TestCluster> {
  const world = await new TestCluster().start(endpointSliceMirroringController);
  await world.create(services, service("db", { selector }));
  await world.create(endpoints, object);
  await world.settle();
  return world;
}

const shown = (world: TestCluster): string[] =>
  world
    .list(endpointSlices)
    .map(({ addressType, endpoints: list, ports: open }) => {
      const addresses = list!.map((endpoint) => `${endpoint.addresses[0]}${endpoint.conditions?.ready ? "" : "!"}`);
      return `${addressType} ${open!.map(({ port }) => port).join("+")}: ${addresses.join(" ")}`;
    })
    .sort();

test("hand-made Endpoints are mirrored by family and ports, and followed", async () => {
  const addresses = [{ ip: "10.0.0.1" }, { ip: "2001:db8::1" }];
  const world = await cluster(made([{ addresses, notReadyAddresses: [{ ip: "10.0.0.2" }], ports }]));
  assert.deepEqual(shown(world), ["IPv4 5432: 10.0.0.1 10.0.0.2!", "IPv6 5432: 2001:db8::1"]);
  assert.deepEqual(world.list(endpointSlices)[0]!.metadata.labels, {
    team: "a",
    "kubernetes.io/service-name": "db",
    "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io",
  });
  const before = world.api.calls.length;
  await world.settle(60_000);
  assert.equal(world.api.calls.length, before, "nothing to do, nothing done");
  await world.change(
    endpoints,
    "db",
    (next) => void (next.subsets = [{ addresses: [{ ip: "10.0.0.9" }], ports: [{ port: 80 }] }]),
  );
  await world.settle();
  assert.deepEqual(shown(world), ["IPv4 80: 10.0.0.9"]);
  await world.client.delete(endpoints, { namespace: "default", name: "db" });
  await world.settle();
  assert.deepEqual(shown(world), []);
  await world.stop();
});

const unwanted: readonly [why: string, object: Endpoints, selector?: Record<string, string>][] = [
  ["of a Service with a selector", made([{ addresses: [{ ip: "10.0.0.1" }], ports }]), { app: "db" }],
  [
    "that ask not to be",
    made([{ addresses: [{ ip: "10.0.0.1" }], ports }], { "endpointslice.kubernetes.io/skip-mirror": "true" }),
  ],
  [
    "without a Service",
    { ...made([{ addresses: [{ ip: "10.0.0.1" }], ports }]), metadata: { name: "lone", namespace: "default" } },
  ],
];
for (const [why, object, selector] of unwanted) {
  test(`Endpoints are not mirrored ${why}`, async () => {
    const world = await cluster(object, selector);
    assert.deepEqual(shown(world), []);
    await world.stop();
  });
}

test("what cannot be mirrored is told", async () => {
  const many = Array.from({ length: 1002 }, (_, index) => ({ ip: `10.0.${index >> 8}.${index & 255}` }));
  const world = await cluster(made([{ addresses: [{ ip: "nonsense" }, ...many], ports }]));
  assert.equal(world.list(endpointSlices)[0]!.endpoints!.length, 1000);
  const told = new Set(world.events.map(({ reason, message }) => `${reason}: ${message}`));
  assert.ok(
    [...told].some((text) => text.startsWith("TooManyAddressesToMirror: A max of 1000 addresses can be mirrored")),
  );
  await world.stop();
});

test("a Service that gets a selector loses its mirror; a deleted slice comes back", async () => {
  const world = await cluster(made([{ addresses: [{ ip: "10.0.0.1" }], ports }]));
  const { name = "" } = world.list(endpointSlices)[0]!.metadata;
  await world.client.delete(endpointSlices, { namespace: "default", name });
  await world.settle(2000);
  assert.deepEqual(shown(world), ["IPv4 5432: 10.0.0.1"]);
  await world.change(services, "db", (next) => void (next.spec!.selector = { app: "db" }));
  await world.settle(2000);
  assert.deepEqual(shown(world), []);
  await world.stop();
});
