import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { realClock, silentLogger, VirtualClock } from "@k8ts/api";
import type { Service } from "@k8ts/api/core/v1";
import { planService } from "../plan.ts";
import { commandRunner } from "../run-command.ts";
import { proxyBackendContract } from "./contract.ts";
import { cidrSet } from "./nftables-objects.ts";
import { nftablesBackend } from "./nftables.ts";

proxyBackendContract("nftables", `k8ts-nft-${process.pid}-`, (network, rules) =>
  nftablesBackend({
    tableName: "k8ts",
    rules,
    nft: commandRunner(network.inNode("nft")),
    clock: realClock,
    logger: silentLogger,
  }),
);

describe("nftables ranges", () => {
  const cases: [string[], string][] = [
    [["10.0.0.0/8"], "10.0.0.0/8"],
    [["10.0.0.0/8", "10.0.0.0/8"], "10.0.0.0/8"],
    [["10.1.0.0/16", "10.0.0.0/8", "192.168.0.1"], "{ 10.0.0.0/8, 192.168.0.1 }"],
    [["198.51.100.0/24", "198.51.100.1", "198.51.101.1"], "{ 198.51.100.0/24, 198.51.101.1 }"],
    [["fd00::/8", "fd12::/16", "fe80::1"], "{ fd00::/8, fe80::1 }"],
  ];
  for (const [ranges, expected] of cases) {
    it(`never overlap: ${ranges.join(" ")}`, () => assert.equal(cidrSet(ranges), expected));
  }
});

describe("nftables transactions", () => {
  const rules = { clusterCIDRs: [], serviceCIDRs: [], masqueradeAll: false, nodeIPs: [] };
  const service = (n: number) => {
    const spec = { clusterIP: `10.96.${n >> 8}.${n & 255}`, ports: [{ port: 80, protocol: "TCP" }] };
    return { apiVersion: "v1", kind: "Service", metadata: { name: `s${n}`, namespace: "n" }, spec } as Service;
  };
  const planned = (n: number) => planService(service(n), [], { nodeName: "node", zone: "" });

  it("are as small among a thousand Services as alone", async () => {
    const sizes: number[] = [];
    for (const others of [0, 1000]) {
      let sent = "";
      const nft = (_args: readonly string[], input = ""): Promise<string> => {
        sent = input;
        return Promise.resolve("{}");
      };
      const backend = nftablesBackend({
        tableName: "k8ts",
        rules,
        nft,
        clock: new VirtualClock(),
        logger: silentLogger,
      });
      await backend.replace(Array.from({ length: others }, (_, n) => planned(n)).flat());
      await backend.apply(planned(5000).map((plan) => ({ id: plan.id, plan })));
      sizes.push(sent.length);
    }
    assert.equal(sizes[0], sizes[1]);
  });

  it("run one at a time", async () => {
    let [running, most] = [0, 0];
    const clock = new VirtualClock();
    const nft = async (): Promise<string> => {
      most = Math.max(most, ++running);
      await clock.sleep(100);
      running--;
      return "{}";
    };
    const backend = nftablesBackend({ tableName: "k8ts", rules, nft, clock, logger: silentLogger });
    const done = Promise.all([
      backend.replace(planned(1)),
      backend.apply(planned(2).map((plan) => ({ id: plan.id, plan }))),
      backend.cleanUp(),
    ]);
    await clock.runUntilIdle();
    await done;
    assert.equal(most, 1);
  });
});
