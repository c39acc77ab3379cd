import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seededRandom, StatusError, type DeepReadonly } from "@k8ts/api";
import type { Service, ServiceSpec } from "@k8ts/api/core/v1";
import { createFaults, defaulted, testContext } from "../strategy-fixture.ts";
import type { StrategyTransaction } from "../strategy.ts";
import { ServiceAllocators } from "./service-allocators.ts";
import { serviceStrategy } from "./service.ts";

const service = (spec: Partial<ServiceSpec> = {}): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "default" },
  spec: { ports: [{ port: 80 }], ...spec },
});

const strategy = serviceStrategy(
  new ServiceAllocators({
    cidrs: ["10.96.0.0/28"],
    nodePorts: { from: 30000, to: 30002 },
    random: seededRandom(1),
    services: () => [],
  }),
);

function begin(object: Service, old?: DeepReadonly<Service>, dryRun = false): StrategyTransaction | undefined {
  return strategy.begin!(object, old, testContext(), dryRun);
}

function refusal(object: Service): string {
  try {
    begin(defaulted(object))?.revert();
    return "";
  } catch (error) {
    assert(error instanceof StatusError);
    return error.status.message ?? "";
  }
}

describe("cluster IPs", () => {
  test("are given, kept and released", () => {
    const first = defaulted(service({ clusterIP: "10.96.0.10" }));
    begin(first)?.commit();
    assert.deepEqual(first.spec?.clusterIPs, ["10.96.0.10"]);
    assert.match(refusal(service({ clusterIP: "10.96.0.10" })), /provided IP is already allocated/);
    strategy.released!(first);
    assert.equal(refusal(service({ clusterIP: "10.96.0.10" })), "");
  });

  test("are given back by a failed write and by a dry run", () => {
    begin(defaulted(service({ clusterIP: "10.96.0.11" })))?.revert();
    begin(defaulted(service({ clusterIP: "10.96.0.11" })), undefined, true)?.revert();
    assert.equal(refusal(service({ clusterIP: "10.96.0.11" })), "");
  });

  test("must be of the range", () => {
    assert.match(
      refusal(service({ clusterIP: "10.97.0.1" })),
      /the provided IP \(10\.97\.0\.1\) is not in the valid range/,
    );
  });

  test("are none for headless services", () => {
    const headless = defaulted(service({ clusterIP: "None" }));
    begin(headless)?.commit();
    assert.deepEqual(headless.spec?.clusterIPs, ["None"]);
  });

  test("run out", () => {
    const given: Service[] = [];
    assert.throws(() => {
      for (let count = 0; count < 20; count++) {
        const one = defaulted(service());
        begin(one)?.commit();
        given.push(one);
      }
    }, /range is full/);
    assert.equal(new Set(given.map(({ spec }) => spec?.clusterIP)).size, given.length);
    for (const one of given) strategy.released!(one);
  });
});

describe("node ports", () => {
  test("are given, and refused where they are taken", () => {
    const first = defaulted(service({ type: "NodePort", ports: [{ port: 80, nodePort: 30001 }] }));
    begin(first)?.commit();
    const again = service({ type: "NodePort", ports: [{ port: 80, nodePort: 30001 }] });
    assert.match(refusal(again), /provided port is already allocated/);
    const any = defaulted(service({ type: "NodePort" }));
    begin(any)?.commit();
    assert(any.spec!.ports![0]!.nodePort! >= 30000);
    strategy.released!(first);
    strategy.released!(any);
  });

  test("are given back when the service becomes internal", () => {
    const open = defaulted(service({ type: "NodePort", ports: [{ port: 80, nodePort: 30002 }] }));
    begin(open)?.commit();
    const closed = defaulted(service({ clusterIP: open.spec!.clusterIP!, clusterIPs: open.spec!.clusterIPs! }));
    strategy.prepareForUpdate?.(closed, open, testContext());
    begin(closed, open)?.commit();
    assert.equal(closed.spec?.ports?.[0]?.nodePort ?? 0, 0);
    assert.equal(refusal(service({ type: "NodePort", ports: [{ port: 80, nodePort: 30002 }] })), "");
  });
});

test("ports need names where there are several", () => {
  assert.deepEqual(createFaults(service({ ports: [{ port: 80 }, { port: 81 }] })), [
    "spec.ports[0].name: Required value",
    "spec.ports[1].name: Required value",
  ]);
});
