import assert from "node:assert/strict";
import { test } from "node:test";
import { pod, ready, service } from "../testing/objects.ts";
import { countAddresses, planSubsets, truncateSubsets } from "./endpoints-plan.ts";

const ips = (addresses: readonly { ip: string }[] | undefined): string[] => (addresses ?? []).map(({ ip }) => ip);

test("ready and other addresses share the subset of their ports", () => {
  const web = service("web", {
    ports: [
      { name: "http", port: 80, targetPort: "http" },
      { name: "admin", port: 81, targetPort: 9000 },
    ],
  });
  const bad = { ...ready("10.0.0.1"), conditions: [] };
  const [subset, ...others] = planSubsets(web, [pod("b", { status: ready("10.0.0.2") }), pod("a", { status: bad })]);
  assert.deepEqual(others, []);
  assert.deepEqual(ips(subset!.addresses), ["10.0.0.2"]);
  assert.deepEqual(ips(subset!.notReadyAddresses), ["10.0.0.1"]);
  assert.deepEqual(subset!.ports, [
    { name: "admin", port: 9000, protocol: "TCP" },
    { name: "http", port: 80, protocol: "TCP" },
  ]);
});

test("pods with other ports get a subset of their own", () => {
  const other = pod("o", {
    spec: { containers: [{ name: "c", ports: [{ name: "http", containerPort: 81 }] }] },
    status: ready("10.0.0.2"),
  });
  const subsets = planSubsets(service("web"), [pod("a", { status: ready("10.0.0.1") }), other]);
  assert.deepEqual(
    subsets.map(({ ports }) => ports![0]!.port),
    [80, 81],
  );
});

test("pods that go away count only where not-ready ones do", () => {
  const going = pod("a", {
    metadata: { name: "a", deletionTimestamp: "2026-01-01T00:00:00Z" },
    status: ready("10.0.0.1"),
  });
  assert.deepEqual(planSubsets(service("web"), [going]), []);
  assert.equal(countAddresses(planSubsets(service("web", { publishNotReadyAddresses: true }), [going])), 1);
});

test("a headless Service without ports still has addresses", () => {
  const [subset] = planSubsets(service("web", { clusterIP: "None", ports: [] }), [
    pod("a", { status: ready("10.0.0.1") }),
  ]);
  assert.deepEqual(ips(subset!.addresses), ["10.0.0.1"]);
  assert.equal(subset!.ports, undefined);
});

test("the order of pods makes no difference", () => {
  const pods = [3, 1, 2].map((number) => pod(`p${number}`, { status: ready(`10.0.0.${number}`) }));
  assert.deepEqual(planSubsets(service("web"), pods), planSubsets(service("web"), pods.toReversed()));
});

test("more than 1000 addresses are cut, the ready ones last", () => {
  const addresses = Array.from({ length: 900 }, (_, index) => ({ ip: `10.0.${index >> 8}.${index & 255}` }));
  const [subset] = truncateSubsets([{ addresses, notReadyAddresses: addresses.slice(0, 300) }]);
  assert.deepEqual([subset!.addresses!.length, subset!.notReadyAddresses!.length], [900, 100]);
  const cut = truncateSubsets([{ addresses }, { addresses, notReadyAddresses: addresses }]);
  assert.deepEqual(
    cut.map((part) => part.addresses!.length),
    [500, 500],
  );
  assert.equal(countAddresses(cut), 1000);
  const few = [{ addresses: addresses.slice(0, 3) }];
  assert.equal(truncateSubsets(few), few);
});
