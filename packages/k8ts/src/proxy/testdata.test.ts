/** Transcripts: testdata/CASE/1.yaml is a state of the API and 1.nft what is sent to nft for it; 2.nft is what changes then. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { decodeBody, type KubernetesObject, scheme, silentLogger, VirtualClock } from "@k8ts/api";
import type { Service } from "@k8ts/api/core/v1";
import type { EndpointSlice } from "@k8ts/api/discovery/v1";
import type { ProxyRules } from "./backends/backend.ts";
import { nftablesBackend } from "./backends/nftables.ts";
import { planService, type ServicePlan } from "./plan.ts";

const directory = join(import.meta.dirname, "testdata");
const topology = { nodeName: "node1", zone: "zone-a" };

const defaults: ProxyRules = {
  clusterCIDRs: ["10.244.0.0/16"],
  serviceCIDRs: [],
  masqueradeAll: false,
  nodeIPs: ["192.168.0.1"],
};
/** Cases with rules of their own. */
const special: Readonly<Record<string, Partial<ProxyRules>>> = {
  "base-options": {
    serviceCIDRs: ["10.96.0.0/16", "fd00:96::/112"],
    nodePortIPs: ["192.168.0.1"],
    masqueradePods: { from: ["10.244.1.0/24"], except: ["10.244.0.0/16"] },
  },
  "dual-stack": { clusterCIDRs: ["10.244.0.0/16", "fd00:244::/56"] },
};

function objectsOf(text: string): KubernetesObject[] {
  const documents = text.split(/^---$/m).filter((part) => part.includes("kind:"));
  return documents.map((part) => decodeBody(Buffer.from(part), "application/yaml", undefined, scheme).object);
}

function plansOf(text: string): Map<string, ServicePlan> {
  const objects = objectsOf(text);
  const slices = objects.filter(({ kind }) => kind === "EndpointSlice") as EndpointSlice[];
  const services = objects.filter(({ kind }) => kind === "Service") as Service[];
  const plans = services.flatMap((service) => {
    const ours = slices.filter(
      ({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === service.metadata.name,
    );
    return planService(service, ours, topology);
  });
  return new Map(plans.map((plan) => [plan.id, plan]));
}

/** What is sent to nft, step by step. */
async function transcript(name: string, steps: readonly string[]): Promise<string[]> {
  let sent = "";
  const clock = new VirtualClock();
  const nft = (args: readonly string[], input = ""): Promise<string> => {
    if (args[0] === "-j") return Promise.reject(new Error("no such table"));
    sent += input;
    return Promise.resolve("");
  };
  const rules = { ...defaults, ...special[name] };
  const backend = nftablesBackend({ tableName: "k8ts", rules, nft, clock, logger: silentLogger });
  const results: string[] = [];
  let known = new Map<string, ServicePlan>();
  for (const step of steps) {
    sent = "";
    const plans = plansOf(step);
    if (results.length === 0) await backend.replace(plans.values());
    else {
      const gone = [...known.keys()].filter((id) => !plans.has(id)).map((id) => ({ id }));
      await backend.apply([...gone, ...[...plans].map(([id, plan]) => ({ id, plan }))]);
      await clock.advance(2000);
    }
    results.push(sent);
    known = plans;
  }
  return results;
}

describe("proxy transcripts", () => {
  for (const name of readdirSync(directory).sort()) {
    it(name, async () => {
      const files = readdirSync(join(directory, name))
        .filter((file) => file.endsWith(".yaml"))
        .sort();
      const steps = files.map((file) => readFileSync(join(directory, name, file), "utf8"));
      const results = await transcript(name, steps);
      for (const [n, result] of results.entries()) {
        const path = join(directory, name, files[n]!.replace(".yaml", ".nft"));
        // The base rules are the same everywhere: one transcript shows them.
        const text = name.startsWith("base")
          ? result
          : result.replace(/^(table ip6? k8ts \{)\n[^]*?\n\}/gm, "$1 base rules }");
        if (process.env.UPDATE_TESTDATA) writeFileSync(path, text);
        assert.equal(text, readFileSync(path, "utf8"));
      }
    });
  }
});
