import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { noMetrics, seededRandom, silentLogger, VirtualClock } from "@k8ts/api";
import { type Node, nodes, type Service, services } from "@k8ts/api/core/v1";
import { type EndpointSlice, endpointSlices } from "@k8ts/api/discovery/v1";
import { type Client, createClient, createInformerFactory, type InformerFactory } from "@k8ts/client";
import { MemoryApi } from "@k8ts/client/testing";
import { createProxy, type Proxy, type ProxyOptions } from "./proxy.ts";
import { CommandError } from "./run-command.ts";

const service = (name: string, spec: object): Service =>
  ({ apiVersion: "v1", kind: "Service", metadata: { name, namespace: "n" }, spec }) as Service;
const tcp = (clusterIP: string): object => ({ clusterIP, ports: [{ port: 80, protocol: "TCP" }] });
const slice = (name: string, address: string, protocol = "TCP", hints?: object): EndpointSlice =>
  ({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${name}-1`, namespace: "n", labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    ports: [{ name: "", port: 8080, protocol }],
    endpoints: address === "" ? [] : [{ addresses: [address], nodeName: "node1", ...(hints && { hints }) }],
  }) as EndpointSlice;
const node = (labels: Record<string, string>, spec: Node["spec"] = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "node1", labels },
  spec,
});

describe("proxy", () => {
  let clock: VirtualClock;
  let api: MemoryApi;
  let client: Client;
  let informers: InformerFactory;
  let proxy: Proxy;
  let sent: string[];
  let flows: string[];
  let fault: Error | undefined;

  beforeEach(async () => {
    clock = new VirtualClock();
    api = new MemoryApi();
    client = createClient(api);
    informers = createInformerFactory({ client, clock, random: seededRandom(1), logger: silentLogger });
    [sent, flows, fault] = [[], [], undefined];
    await client.create(services, service("web", tcp("10.96.0.10")));
  });
  afterEach(async () => {
    await proxy.stop();
    await informers.stop();
    assert.equal(clock.pending, 0);
  });

  async function start(extra: Partial<ProxyOptions> = {}): Promise<void> {
    const nft: ProxyOptions["runNft"] = (args, input = "") => {
      if (args[0] === "-j") return Promise.resolve("{}");
      if (fault) return Promise.reject(fault);
      sent.push(input);
      return Promise.resolve("");
    };
    const conntrack: ProxyOptions["runConntrack"] = (args) => {
      flows.push(args.join(" "));
      const listed =
        "udp 17 29 src=10.0.0.9 dst=10.96.0.53 sport=99 dport=53 src=10.244.1.5 dst=10.0.0.9 sport=8080 dport=99";
      return Promise.resolve(args[0] === "-L" ? `${listed} [ASSURED] mark=0 use=1\n` : "");
    };
    const random = seededRandom(1);
    const common = { informers, clock, random, logger: silentLogger, metrics: noMetrics, nodeName: "node1" };
    proxy = createProxy({
      ...common,
      runNft: nft,
      runConntrack: conntrack,
      hostAddresses: () => ["192.168.0.1"],
      ...extra,
    });
    informers.start();
    await proxy.start();
  }

  it("writes everything once at start, then only what changes", async () => {
    await start();
    assert.equal(sent.length, 1);
    assert.match(sent[0]!, /^add table ip k8ts\ndelete table ip k8ts\n/);
    assert.match(sent[0]!, /no-endpoint-services \{ 10\.96\.0\.10 \. tcp \. 80 : goto reject-chain \}/);
    await client.create(endpointSlices, slice("web", "10.244.1.5"));
    await clock.advance(0);
    assert.equal(sent.length, 2);
    assert.doesNotMatch(sent[1]!, /table/);
    assert.match(sent[1]!, /map \{ 0 : 10\.244\.1\.5 \. 8080 \}/);
  });

  it("says nothing to the kernel where no rule changes", async () => {
    await start();
    await client.update(services, {
      ...service("web", tcp("10.96.0.10")),
      metadata: { name: "web", namespace: "n", labels: { a: "b" } },
    });
    await client.create(services, service("headless", { clusterIP: "None", ports: [{ port: 80 }] }));
    await clock.advance(1000);
    assert.equal(sent.length, 1);
  });

  it("leaves out slices that are labelled headless", async () => {
    await start();
    const web = slice("web", "10.244.1.5");
    const { resourceVersion } = (await client.create(endpointSlices, web)).metadata;
    await clock.advance(0);
    assert.match(sent[1]!, /map \{ 0 : 10\.244\.1\.5 \. 8080 \}/);
    const labels = { ...web.metadata.labels, "service.kubernetes.io/headless": "" };
    await client.update(endpointSlices, { ...web, metadata: { ...web.metadata, resourceVersion, labels } });
    await clock.advance(1000);
    assert.match(sent[2]!, /no-endpoint-services \{ 10\.96\.0\.10 \. tcp \. 80 : goto reject-chain \}/);
  });

  it("takes changes of one moment together, and a storm in batches", async () => {
    await start();
    for (let n = 0; n < 50; n++) await client.create(services, service(`s${n}`, tcp(`10.96.1.${n}`)));
    await clock.advance(0);
    const afterBurst = sent.length;
    assert.ok(afterBurst <= 11, String(afterBurst));
    for (let n = 0; n < 300; n++) {
      await client.update(services, service(`s${n % 50}`, tcp(`10.96.${2 + (n & 1)}.${n % 50}`)));
      await clock.advance(10);
    }
    assert.ok(sent.length - afterBurst <= 40, String(sent.length));
  });

  it("writes everything again after a failure, with growing pauses", async () => {
    await start();
    fault = new CommandError("nft -f -: Device or resource busy", 1);
    await client.create(endpointSlices, slice("web", "10.244.1.5"));
    await clock.advance(500);
    assert.equal(sent.length, 1);
    fault = undefined;
    await clock.advance(2000);
    assert.equal(sent.length, 2);
    assert.match(sent[1]!, /^add table ip k8ts\ndelete table/);
    assert.match(sent[1]!, /10\.244\.1\.5/);
  });

  it("does not start where nft does not work, and says why", async () => {
    fault = new CommandError("nft: spawn nft ENOENT", undefined, true);
    await assert.rejects(start(), /nft: spawn nft ENOENT/);
  });

  it("removes stale UDP flows when endpoints change", async () => {
    await start();
    const dns = { clusterIP: "10.96.0.53", ports: [{ port: 53, protocol: "UDP" }] };
    await client.create(services, service("dns", dns));
    await client.create(endpointSlices, slice("dns", "10.244.1.5", "UDP"));
    await clock.advance(0);
    assert.deepEqual(flows, ["-L -p udp -f ipv4"]);
    flows.length = 0;
    await client.update(endpointSlices, slice("dns", "10.244.1.6", "UDP"));
    await clock.advance(0);
    assert.deepEqual(flows, ["-L -p udp -f ipv4", "-D -p udp -f ipv4 -s 10.0.0.9 -d 10.96.0.53 --sport 99 --dport 53"]);
  });

  it("follows its node's zone", async () => {
    await client.create(nodes, node({ "topology.kubernetes.io/zone": "a" }));
    const twoZones = slice("web", "10.244.1.5", "TCP", { forZones: [{ name: "a" }] });
    twoZones.endpoints!.push({ addresses: ["10.244.2.6"], hints: { forZones: [{ name: "b" }] } });
    await client.create(endpointSlices, twoZones);
    await start();
    assert.match(sent[0]!, /mod 1 map \{ 0 : 10\.244\.1\.5/);
    await client.update(nodes, node({ "topology.kubernetes.io/zone": "b" }));
    await clock.advance(0);
    assert.match(sent[1]!, /mod 1 map \{ 0 : 10\.244\.2\.6/);
  });

  it("serves node ports on the given addresses only", async () => {
    const hostAddresses = () => ["192.168.0.1", "172.16.0.1", "127.0.0.1"];
    await start({ nodePortAddresses: ["192.168.0.0/16", "127.0.0.0/8"], hostAddresses });
    assert.match(sent[0]!, /elements = \{ 192\.168\.0\.1 \};/);
  });

  it("leaves its rules when it stops and deletes them when it cleans up", async () => {
    await start();
    await proxy.stop();
    assert.equal(sent.length, 1);
    await proxy.cleanUp();
    assert.equal(sent.at(-1), "add table ip k8ts\ndelete table ip k8ts\nadd table ip6 k8ts\ndelete table ip6 k8ts\n");
  });

  it("tells load balancers which Services have endpoints here", async () => {
    const port = await freePort();
    const balanced = {
      ...tcp("10.96.0.20"),
      type: "LoadBalancer",
      externalTrafficPolicy: "Local",
      healthCheckNodePort: port,
    };
    const withPort = { ...balanced, ports: [{ port: 80, protocol: "TCP", nodePort: 30080 }] };
    await client.create(services, service("lb", withPort));
    await start();
    const ask = async () => {
      const response = await fetch(`http://127.0.0.1:${port}/`);
      return [response.status, response.headers.get("x-load-balancing-endpoint-weight"), await response.json()];
    };
    const body = { service: { namespace: "n", name: "lb" }, serviceProxyHealthy: true };
    await untilListening(port);
    assert.deepEqual(await ask(), [503, "0", { ...body, localEndpoints: 0 }]);
    await client.create(endpointSlices, slice("lb", "10.244.1.5"));
    await clock.advance(0);
    assert.deepEqual(await ask(), [200, "1", { ...body, localEndpoints: 1 }]);
    await client.delete(services, { namespace: "n", name: "lb" });
    await clock.advance(0);
    await assert.rejects(ask());
  });

  it("serves its own health, and says when it falls behind or its node goes", async () => {
    const port = await freePort();
    await client.create(nodes, node({}));
    await start({ healthz: { host: "127.0.0.1", port } });
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    assert.deepEqual([await ask("/healthz"), await ask("/livez"), await ask("/other")], [200, 200, 404]);
    await client.update(nodes, node({}, { taints: [{ key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" }] }));
    await clock.advance(0);
    assert.deepEqual([await ask("/healthz"), await ask("/livez")], [503, 200]);
    fault = new CommandError("nft: no", 1);
    await client.delete(services, { namespace: "n", name: "web" });
    await clock.advance(59_000);
    assert.equal(await ask("/livez"), 200);
    await clock.advance(2000);
    assert.equal(await ask("/livez"), 503);
  });
});

async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilListening(port: number): Promise<void> {
  for (;;) {
    try {
      await (await fetch(`http://127.0.0.1:${port}/`)).text();
      return;
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
