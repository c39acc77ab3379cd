import assert from "node:assert/strict";
import { test } from "node:test";
import { type KubernetesObject, type Resource } from "@k8ts/api";
import { deployments, replicaSets } from "@k8ts/api/apps/v1";
import { configMaps, nodes, pods, secrets } from "@k8ts/api/core/v1";
import type { OwnerReference } from "@k8ts/api/meta/v1";
import { catalogOf } from "../testing/catalog.ts";
import { TestCluster } from "../testing/test-cluster.ts";
import { garbageCollectorController } from "./garbage-collector.ts";

const kinds: Readonly<Record<string, Resource>> = {
  Deployment: deployments,
  ReplicaSet: replicaSets,
  Pod: pods,
  ConfigMap: configMaps,
  Secret: secrets,
  Node: nodes,
};
const apiVersions: Readonly<Record<string, string>> = { Deployment: "apps/v1", ReplicaSet: "apps/v1" };

class World extends TestCluster {
  readonly #uids = new Map<string, string>();

  /** Makes "Kind/name", owned by others; "!" after an owner's name: it blocks the owner's deletion. */
  async make(what: string, owners: readonly string[] = [], namespace = "default"): Promise<void> {
    const [kind = "", name = ""] = what.split("/");
    const resource = kinds[kind] as Resource<KubernetesObject>;
    const metadata = {
      name,
      ...(resource.namespaced && { namespace }),
      ownerReferences: owners.map((owner) => this.reference(owner)),
    };
    const made = await this.client.create(resource, { apiVersion: apiVersions[kind] ?? "v1", kind, metadata });
    this.#uids.set(what, made.metadata.uid!);
  }

  reference(owner: string): OwnerReference {
    const [kind = "", name = ""] = owner.replace("!", "").split("/");
    const uid = this.#uids.get(`${kind}/${name}`) ?? `uid-${name}`;
    return {
      apiVersion: apiVersions[kind] ?? "v1",
      kind,
      name,
      uid,
      ...(owner.endsWith("!") && { blockOwnerDeletion: true }),
    };
  }

  async remove(what: string, propagationPolicy: "Background" | "Foreground" | "Orphan" = "Background"): Promise<void> {
    const [kind = "", name = ""] = what.split("/");
    const resource = kinds[kind]!;
    await this.client.delete(
      resource,
      { name, namespace: resource.namespaced ? "default" : "" },
      { propagationPolicy },
    );
  }

  /** What exists, "Kind/name". */
  names(): string[] {
    return Object.values(kinds)
      .flatMap((resource) =>
        (this.list(resource) as KubernetesObject[]).map(({ metadata }) => `${resource.kind}/${metadata.name}`),
      )
      .sort();
  }
}

async function world(): Promise<World> {
  const made = new World();
  await made.start(garbageCollectorController(catalogOf(...Object.values(kinds))));
  return made;
}

test("dependents go with their owner, theirs with them", async () => {
  const made = await world();
  await made.make("Deployment/d");
  await made.make("ReplicaSet/r", ["Deployment/d!"]);
  await made.make("Pod/p1", ["ReplicaSet/r!"]);
  await made.make("Pod/p2", ["ReplicaSet/r!"]);
  await made.make("Pod/other");
  await made.settle();
  await made.remove("Deployment/d");
  await made.settle();
  assert.deepEqual(made.names(), ["Pod/other"]);
  await made.stop();
});

test("an owner deleted in the foreground goes last", async () => {
  const made = await world();
  await made.make("Deployment/d");
  await made.make("ReplicaSet/r", ["Deployment/d!"]);
  await made.make("Pod/p", ["ReplicaSet/r!"]);
  await made.change(pods, "p", (pod) => void (pod.metadata.finalizers = ["example.com/hold"]));
  await made.settle();
  await made.remove("Deployment/d", "Foreground");
  await made.settle(2000);
  assert.deepEqual(made.names(), ["Deployment/d", "Pod/p", "ReplicaSet/r"], "all wait for the pod");
  assert.ok((await made.get(replicaSets, "r")).metadata.deletionTimestamp);
  await made.change(pods, "p", (pod) => void (pod.metadata.finalizers = []));
  await made.settle();
  assert.deepEqual(made.names(), []);
  await made.stop();
});

test("a dependent that does not block does not hold up its owner", async () => {
  const made = await world();
  await made.make("ReplicaSet/r");
  await made.make("Pod/p", ["ReplicaSet/r"]);
  await made.change(pods, "p", (pod) => void (pod.metadata.finalizers = ["example.com/hold"]));
  await made.settle();
  await made.remove("ReplicaSet/r", "Foreground");
  await made.settle();
  assert.deepEqual(made.names(), ["Pod/p"]);
  assert.ok((await made.get(pods, "p")).metadata.deletionTimestamp);
  await made.stop();
});

test("an owner deleted with orphaning lets its dependents live", async () => {
  const made = await world();
  await made.make("ReplicaSet/r");
  await made.make("Pod/p", ["ReplicaSet/r!"]);
  await made.settle();
  await made.remove("ReplicaSet/r", "Orphan");
  await made.settle();
  assert.deepEqual(made.names(), ["Pod/p"]);
  assert.deepEqual((await made.get(pods, "p")).metadata.ownerReferences, []);
  await made.stop();
});

test("one owner that is left keeps an object, which drops the others' references", async () => {
  const made = await world();
  await made.make("ReplicaSet/a");
  await made.make("ReplicaSet/b");
  await made.make("Pod/p", ["ReplicaSet/a", "ReplicaSet/b"]);
  await made.settle();
  await made.remove("ReplicaSet/a");
  await made.settle();
  assert.deepEqual(
    (await made.get(pods, "p")).metadata.ownerReferences?.map(({ name }) => name),
    ["b"],
  );
  await made.stop();
});

test("an object that names an owner that never was goes", async () => {
  const made = await world();
  await made.make("ConfigMap/c", ["ReplicaSet/nobody"]);
  await made.settle();
  assert.deepEqual(made.names(), []);
  await made.stop();
});

test("another owner of the same name does not count", async () => {
  const made = await world();
  await made.make("ReplicaSet/r");
  const before = made.reference("ReplicaSet/r");
  await made.remove("ReplicaSet/r");
  await made.make("ReplicaSet/r");
  await made.make("Pod/p", []);
  await made.change(pods, "p", (pod) => void (pod.metadata.ownerReferences = [before]));
  await made.settle();
  assert.deepEqual(made.names(), ["ReplicaSet/r"]);
  await made.stop();
});

test("an owner in another namespace counts for nothing, and people are told", async () => {
  const made = await world();
  await made.make("ReplicaSet/far", [], "elsewhere");
  await made.settle();
  await made.make("ConfigMap/c", ["ReplicaSet/far"]);
  await made.settle();
  assert.deepEqual(made.names(), ["ReplicaSet/far"]);
  const { uid } = made.reference("ReplicaSet/far");
  const told = made.events.map(({ about, reason, message }) => [about, reason, message]);
  const text = `ownerRef [apps/v1/ReplicaSet, namespace: default, name: far, uid: ${uid}] does not exist in namespace "default"`;
  assert.deepEqual(told[0], ["ConfigMap/c", "OwnerRefInvalidNamespace", text]);
  await made.stop();
});

test("a child that names its parent wrongly does not take good children along", async () => {
  const made = await world();
  const wrong = { apiVersion: "v1", kind: "Secret", name: "parent", uid: "shared" };
  await made.make("ConfigMap/bad");
  await made.change(configMaps, "bad", (map) => void (map.metadata.ownerReferences = [wrong]));
  await made.settle();
  await made.make("ReplicaSet/parent");
  await made.make("Pod/good", ["ReplicaSet/parent"]);
  await made.settle(5000);
  assert.deepEqual(made.names(), ["Pod/good", "ReplicaSet/parent"]);
  await made.stop();
});

test("a cluster-scoped object with a namespaced owner is left alone, quietly", async () => {
  const made = await world();
  await made.make("Node/n", ["ReplicaSet/r"]);
  await made.settle(60_000);
  assert.deepEqual(made.names(), ["Node/n"]);
  const before = made.api.calls.length;
  await made.settle(60_000);
  assert.equal(made.api.calls.length, before);
  await made.stop();
});

test("a cluster-scoped owner may have dependents in any namespace", async () => {
  const made = await world();
  await made.make("Node/n");
  await made.make("Pod/p", ["Node/n"]);
  await made.settle(5000);
  assert.deepEqual(made.names(), ["Node/n", "Pod/p"]);
  await made.remove("Node/n");
  await made.settle();
  assert.deepEqual(made.names(), []);
  await made.stop();
});

test("a kind that is not served keeps its dependents, and is asked for less and less often", async () => {
  const made = await world();
  const reference = { apiVersion: "example.com/v1", kind: "Odd", name: "o", uid: "odd" };
  await made.make("Pod/p");
  await made.change(pods, "p", (pod) => void (pod.metadata.ownerReferences = [reference]));
  await made.settle(600_000);
  assert.deepEqual(made.names(), ["Pod/p"]);
  await made.stop();
});

test("owners that wait for each other are untied", async () => {
  const made = await world();
  await made.make("ConfigMap/a");
  await made.make("ConfigMap/b", ["ConfigMap/a!"]);
  await made.change(configMaps, "a", (map) => void (map.metadata.ownerReferences = [made.reference("ConfigMap/b!")]));
  await made.settle();
  await made.remove("ConfigMap/a", "Foreground");
  await made.settle(10_000);
  assert.deepEqual(made.names(), []);
  await made.stop();
});

test("an object that gets an owner before it was judged stays", async () => {
  const made = await world();
  await made.make("ReplicaSet/a");
  await made.make("ReplicaSet/b");
  await made.make("Pod/p", ["ReplicaSet/a"]);
  await made.settle();
  let looks = 0;
  made.api.fault = async (call) => {
    // The second look at the pod is the server's own, when it deletes: by then the pod has another owner.
    if (call.verb !== "get" || call.resource !== "pods" || ++looks !== 2) return;
    await made.change(pods, "p", (pod) => void (pod.metadata.ownerReferences = [made.reference("ReplicaSet/b")]));
  };
  await made.remove("ReplicaSet/a");
  await made.settle();
  assert.ok(looks > 2, "judged again");
  assert.deepEqual(made.names(), ["Pod/p", "ReplicaSet/b"]);
  await made.stop();
});

test("an object that only changes otherwise meanwhile goes all the same", async () => {
  const made = await world();
  await made.make("ReplicaSet/a");
  await made.make("Pod/p", ["ReplicaSet/a"]);
  await made.settle();
  let looks = 0;
  made.api.fault = async (call) => {
    if (call.verb !== "get" || call.resource !== "pods" || ++looks !== 2) return;
    await made.change(pods, "p", (pod) => void (pod.metadata.labels = { busy: "yes" }));
  };
  await made.remove("ReplicaSet/a");
  await made.settle(1);
  assert.ok(looks > 2, "it was busy");
  assert.deepEqual(made.names(), []);
  await made.stop();
});

test("survives a server that fails", async () => {
  const made = await world();
  await made.make("ReplicaSet/r");
  for (let number = 0; number < 10; number++) await made.make(`Pod/p${number}`, ["ReplicaSet/r"]);
  await made.settle();
  let calls = 0;
  made.api.fault = (call) => {
    if (call.verb === "delete" && call.resource === "pods" && calls++ % 3 !== 0) throw new Error("connection refused");
  };
  await made.remove("ReplicaSet/r");
  await made.settle(60_000);
  assert.deepEqual(made.names(), []);
  await made.stop();
});

test("objects without owners cost no call", async () => {
  const made = await world();
  await made.settle();
  const before = made.api.calls.length;
  for (let number = 0; number < 20; number++) await made.make(`Pod/p${number}`);
  await made.settle();
  assert.equal(made.api.calls.length, before + 20);
  await made.stop();
});
