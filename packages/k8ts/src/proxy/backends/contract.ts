/** What every proxy backend does, shown with real connections through a real kernel: the contract suite of backend.ts. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { silentLogger } from "@k8ts/api";
import type { Service } from "@k8ts/api/core/v1";
import type { EndpointSlice } from "@k8ts/api/discovery/v1";
import { deleteStaleFlows, UdpDestinations } from "../conntrack.ts";
import { planService, type ServicePlan } from "../plan.ts";
import { commandRunner } from "../run-command.ts";
import type { ProxyBackend, ProxyRules } from "./backend.ts";
import {
  addresses,
  makeNetwork,
  networkObstacle,
  type Place,
  servedPort,
  type TestNetwork,
} from "./network.fixture.ts";

/** Makes the backend under test in the node of a network. */
export type MakeBackend = (network: TestNetwork, rules: ProxyRules) => ProxyBackend;

const rules: ProxyRules = {
  clusterCIDRs: ["10.244.0.0/16"],
  serviceCIDRs: ["10.96.0.0/16"],
  masqueradeAll: false,
  nodeIPs: ["192.168.77.1", "192.168.78.1", "10.244.1.1"],
  masqueradePods: { from: ["10.244.1.0/24"], except: ["10.244.0.0/16"] },
};
const clusterIP = "10.96.0.10";
const topology = { nodeName: "node", zone: "" };

type Spec = NonNullable<Service["spec"]>;

/** The plans of a Service on `clusterIP`:80 whose endpoints are these places. */
function plans(endpoints: readonly Place[], spec: Partial<Spec> = {}, status: Service["status"] = {}): ServicePlan[] {
  const protocol = spec.ports?.[0]?.protocol ?? "TCP";
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default" },
    spec: { clusterIP, ports: [{ port: 80, protocol, nodePort: spec.type ? 30080 : undefined }], ...spec },
    status,
  } as Service;
  const slice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "web-1", namespace: "default" },
    addressType: "IPv4",
    ports: [{ name: "", port: servedPort, protocol }],
    endpoints: endpoints.map((place) => ({
      addresses: [addresses[place]],
      nodeName: place === "remote" ? "elsewhere" : "node",
    })),
  } as EndpointSlice;
  return planService(service, [slice], topology);
}

/** Runs the suite. `prefix` keeps the namespaces of several suites apart. */
export function proxyBackendContract(name: string, prefix: string, make: MakeBackend): void {
  describe(`proxy backend: ${name}`, { skip: networkObstacle() ?? false }, () => {
    let network: TestNetwork | undefined;
    let backend: ProxyBackend | undefined;
    before(async () => {
      network = await makeNetwork(prefix);
      backend = make(network, rules);
    });
    after(() => network?.stop());
    afterEach(() => backend?.cleanUp());
    const given: Given = { network: () => network!, backend: () => backend! };
    clusterTraffic(given);
    externalTraffic(given);
    changes(given);
  });
}

interface Given {
  readonly network: () => TestNetwork;
  readonly backend: () => ProxyBackend;
}

/** Who answers a number of connections, sorted, each once. */
async function answers(network: TestNetwork, from: Place, host: string, port: number, count = 16): Promise<string[]> {
  const seen = new Set<string>();
  for (let n = 0; n < count; n++) seen.add(await network.tcp(from, host, port));
  return [...seen].sort();
}

function clusterTraffic({ network, backend }: Given): void {
  it("leads a cluster IP to its endpoints, from host and pods, with the client's address kept", async () => {
    await backend().replace(plans(["p1", "p2", "remote"]));
    const fromPod = await answers(network(), "p1", clusterIP, 80, 40);
    // A pod that reaches itself must see another address, else the answer would not come back the same way.
    assert.deepEqual(fromPod, ["p1 10.244.1.1", "p2 10.244.1.5", "remote 10.244.1.5"]);
    const fromHost = (await answers(network(), "node", clusterIP, 80, 40)).map((answer) => answer.split(" ")[0]);
    assert.deepEqual(fromHost, ["p1", "p2", "remote"]);
  });

  it("lets a pod reach itself through its Service", async () => {
    await backend().replace(plans(["p1"]));
    assert.deepEqual(await answers(network(), "p1", clusterIP, 80, 3), ["p1 10.244.1.1"]);
  });

  it("refuses a Service without endpoints, and ports that no Service has", async () => {
    await backend().replace(plans([]));
    assert.equal(await network().tcp("node", clusterIP, 80), "ECONNREFUSED");
    assert.equal(await network().tcp("p1", clusterIP, 80), "ECONNREFUSED");
    assert.equal(await network().tcp("p1", clusterIP, 81), "ECONNREFUSED");
    assert.equal(await network().tcp("p1", "10.96.9.9", 80, { timeout: 200 }), "timeout");
  });

  it("keeps internal traffic on the node where policy says so, and drops it where nobody is there", async () => {
    await backend().replace(plans(["p2", "remote"], { internalTrafficPolicy: "Local" }));
    assert.deepEqual(await answers(network(), "p1", clusterIP, 80), ["p2 10.244.1.5"]);
    await backend().replace(plans(["remote"], { internalTrafficPolicy: "Local" }));
    assert.equal(await network().tcp("p1", clusterIP, 80, { timeout: 200 }), "timeout");
  });

  it("keeps a client with its endpoint, also over a full sync", async () => {
    const sticky = plans(["p1", "p2", "remote"], { sessionAffinity: "ClientIP" });
    await backend().replace(sticky);
    const first = await answers(network(), "outside", clusterIP, 80);
    assert.equal(first.length, 1);
    await backend().replace(sticky);
    assert.deepEqual(await answers(network(), "outside", clusterIP, 80), first);
  });

  it("hides clients from outside the cluster behind the node, not pods from each other", async () => {
    await backend().replace(plans(["remote"]));
    assert.equal(await network().tcp("outside", clusterIP, 80), "remote 192.168.78.1");
    assert.equal(await network().tcp("p1", clusterIP, 80), "remote 10.244.1.5");
  });

  it("hides pods that leave the cluster behind the node", async () => {
    await backend().replace([]);
    assert.equal(await network().tcp("p1", addresses.outside, servedPort), "outside 192.168.77.1");
    assert.equal(await network().tcp("p1", addresses.remote, servedPort), "remote 10.244.1.5");
    assert.equal(await network().tcp("p1", addresses.p2, servedPort), "p2 10.244.1.5");
  });
}

function externalTraffic({ network, backend }: Given): void {
  it("serves node ports from outside, the host and pods", async () => {
    await backend().replace(plans(["p1", "remote"], { type: "NodePort" }));
    assert.deepEqual(await answers(network(), "outside", addresses.node, 30080), [
      "p1 10.244.1.1",
      "remote 192.168.78.1",
    ]);
    assert.equal((await answers(network(), "node", addresses.node, 30080)).length, 2);
    assert.equal((await answers(network(), "p2", "10.244.1.1", 30080)).length, 2);
    await backend().replace(plans([], { type: "NodePort" }));
    assert.equal(await network().tcp("outside", addresses.node, 30080), "ECONNREFUSED");
  });

  it("keeps clients' addresses with policy Local, and drops where no endpoint is here", async () => {
    await backend().replace(plans(["p1", "remote"], { type: "NodePort", externalTrafficPolicy: "Local" }));
    assert.deepEqual(await answers(network(), "outside", addresses.node, 30080), ["p1 192.168.77.2"]);
    await backend().replace(plans(["remote"], { type: "NodePort", externalTrafficPolicy: "Local" }));
    assert.equal(await network().tcp("outside", addresses.node, 30080, { timeout: 200 }), "timeout");
    // The node's own traffic and its pods' goes anywhere.
    assert.match(await network().tcp("node", addresses.node, 30080), /^remote/);
    assert.match(await network().tcp("p2", addresses.node, 30080), /^remote/);
  });

  it("serves external IPs", async () => {
    await backend().replace(plans(["p1"], { externalIPs: ["198.51.100.7"] }));
    assert.equal(await network().tcp("outside", "198.51.100.7", 80), "p1 10.244.1.1");
  });

  it("lets only a load balancer's source ranges in", async () => {
    const status = { loadBalancer: { ingress: [{ ip: "198.51.100.1" }] } };
    const only = (range: string) =>
      backend().replace(plans(["p1"], { type: "LoadBalancer", loadBalancerSourceRanges: [range] }, status));
    await only("192.168.77.0/24");
    assert.equal(await network().tcp("outside", "198.51.100.1", 80), "p1 10.244.1.1");
    await only("203.0.113.0/24");
    assert.equal(await network().tcp("outside", "198.51.100.1", 80, { timeout: 200 }), "timeout");
  });
}

function changes({ network, backend }: Given): void {
  it("follows endpoints as they come and go, and forgets a deleted Service", async () => {
    await backend().replace([]);
    const steps: [Place[], string][] = [
      [[], "ECONNREFUSED"],
      [["p1"], "p1"],
      [["p2", "remote"], "p2 remote"],
      [["remote"], "remote"],
      [[], "ECONNREFUSED"],
      [["p2"], "p2"],
    ];
    for (const [places, expected] of steps) {
      await backend().apply(plans(places).map((plan) => ({ id: plan.id, plan })));
      const seen = (await answers(network(), "outside", clusterIP, 80)).map((answer) => answer.split(" ")[0]);
      assert.equal(seen.join(" "), expected);
    }
    await backend().apply(plans(["p2"]).map(({ id }) => ({ id })));
    assert.equal(await network().tcp("p1", clusterIP, 80, { timeout: 200 }), "timeout");
  });

  it("does not break connections of other Services when one changes", async () => {
    const other = plans(["p1"], { clusterIP: "10.96.0.11" }).map((plan) => ({
      ...plan,
      id: `other/${plan.id}`,
      name: "other",
    }));
    await backend().replace([...plans(["p2"]), ...other]);
    await backend().apply(plans([]).map((plan) => ({ id: plan.id, plan })));
    assert.equal(await network().tcp("p2", "10.96.0.11", 80), "p1 10.244.1.6");
    assert.equal(await network().tcp("p2", clusterIP, 80), "ECONNREFUSED");
  });

  it("changes nothing where the kernel refuses", async () => {
    await backend().replace(plans(["p1"]));
    const [broken] = plans(["p2"]);
    const plan = { ...broken!, port: { ...broken!.port, port: 70_000 } };
    await assert.rejects(backend().apply([{ id: plan.id, plan }]));
    assert.equal(await network().tcp("p2", clusterIP, 80), "p1 10.244.1.6");
    // The way out of any failure is a full sync.
    await backend().replace(plans(["p2"]));
    assert.equal(await network().tcp("p1", clusterIP, 80), "p2 10.244.1.5");
  });

  it("moves UDP clients off endpoints that are gone", async () => {
    const spec = { ports: [{ port: 53, protocol: "UDP" }] } as Partial<Spec>;
    const conntrack = commandRunner(network().inNode("conntrack"));
    const destinations = new UdpDestinations();
    const apply = async (places: Place[]): Promise<void> => {
      const [plan] = plans(places, spec);
      const stale = destinations.set(plan!.id, plan);
      await backend().apply([{ id: plan!.id, plan: plan! }]);
      if (stale) await deleteStaleFlows(conntrack, destinations, ["IPv4"], silentLogger);
    };
    await backend().replace([]);
    await apply(["p1"]);
    const ask = () => network().udp("outside", clusterIP, 53, 5353);
    assert.match(await ask(), /^p1/);
    await apply(["remote"]);
    assert.match(await ask(), /^remote/);
    await apply([]);
    assert.notEqual((await ask()).split(" ")[0], "p1");
    await apply(["p1"]);
    assert.match(await ask(), /^p1/);
  });

  it("leaves nothing behind when it cleans up, and can be asked twice", async () => {
    await backend().replace(plans(["p1"]));
    await backend().cleanUp();
    await backend().cleanUp();
    assert.doesNotMatch(await commandRunner(network().inNode("nft"))(["list", "ruleset"]), /\bk8ts\b/);
    assert.equal(await network().tcp("outside", clusterIP, 80, { timeout: 200 }), "timeout");
  });
}
