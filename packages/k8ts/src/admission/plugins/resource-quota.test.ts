import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KubernetesObject } from "@k8ts/api";
import type { Pod, ResourceQuota } from "@k8ts/api/core/v1";
import type { Admission } from "../admission.ts";
import { basics, chainOver, refusalOf, requestOf } from "../plugins-under-test.ts";

const pod = (name: string, cpu?: string): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default" },
  spec: { containers: [{ name: "web", image: "nginx", ...(cpu && { resources: { requests: { cpu } } }) }] },
});

function clusterWith(hard: Record<string, string>): {
  chain: Admission;
  quota: ResourceQuota;
  objects: KubernetesObject[];
} {
  const quota: ResourceQuota = {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "team", namespace: "default", uid: "1" },
    spec: { hard },
  };
  const objects: KubernetesObject[] = [...basics, quota];
  const chain = chainOver(objects, {
    changeStatus: async (_context, _target, change) => void Object.assign(quota, change(structuredClone(quota))),
  });
  return { chain, quota, objects };
}

describe("ResourceQuota", () => {
  test("counts what it lets through, and refuses what is too much", async () => {
    const { chain, quota } = clusterWith({ pods: "2", "requests.cpu": "1" });
    assert.equal(await refusalOf(chain, requestOf(pod("a", "600m"))), "");
    assert.deepEqual(quota.status, {
      hard: { pods: "2", "requests.cpu": "1" },
      used: { pods: "1", "requests.cpu": "600m" },
    });
    assert.equal(
      await refusalOf(chain, requestOf(pod("b", "600m"))),
      'pods "b" is forbidden: exceeded quota: team, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1',
    );
  });

  test("counts again before it refuses", async () => {
    const { chain, quota, objects } = clusterWith({ pods: "2" });
    quota.status = { hard: { pods: "2" }, used: { pods: "2" } };
    objects.push(pod("left"));
    assert.equal(await refusalOf(chain, requestOf(pod("new"))), "");
    assert.notEqual(await refusalOf(chain, requestOf(pod("one too many"))), "");
  });

  test("wants containers to say what they take", async () => {
    assert.equal(
      await refusalOf(clusterWith({ "requests.cpu": "1" }).chain, requestOf(pod("a"))),
      'pods "a" is forbidden: failed quota: team: must specify requests.cpu for: web',
    );
  });

  test("a dry run takes nothing", async () => {
    const { chain, quota } = clusterWith({ pods: "1" });
    assert.equal(await refusalOf(chain, requestOf(pod("a"), { dryRun: true })), "");
    assert.equal(quota.status, undefined);
  });
});
