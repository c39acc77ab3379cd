import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubernetesObject, Resource } from "@k8ts/api";
import type { Attributes, Verdict } from "../authorizer.ts";
import type { ObjectFollower, ObjectSource } from "../object-source.ts";
import { NodeAuthorizer } from "./node-authorizer.ts";

/** Lets a test say what changes. */
class Changes implements ObjectSource {
  readonly #followers = new Map<string, ObjectFollower<never>>();

  async get(): Promise<undefined> {
    return undefined;
  }

  async follow<T extends KubernetesObject>(resource: Resource<T>, follower: ObjectFollower<T>): Promise<void> {
    this.#followers.set(resource.resource, follower as ObjectFollower<never>);
  }

  set(resource: string, object: object): void {
    this.#followers.get(resource)!.set(object as never);
  }

  gone(resource: string, object: object): void {
    this.#followers.get(resource)!.gone(object as never);
  }
}

const node = (name: string): Attributes["user"] => ({ name: `system:node:${name}`, groups: ["system:nodes"] });
type Question = [verb: string, resource: string, more?: Partial<Attributes>];

async function world(): Promise<{ changes: Changes; ask(name: string, ...question: Question): Verdict }> {
  const changes = new Changes();
  const authorizer = new NodeAuthorizer();
  await authorizer.start(changes);
  return {
    changes,
    ask: (name, verb, resource, more = {}) =>
      authorizer.authorize({
        user: node(name),
        verb,
        resourceRequest: true,
        path: "",
        group: "",
        version: "v1",
        resource,
        subresource: "",
        namespace: "default",
        name: "",
        ...more,
      }),
  };
}

const pod = {
  metadata: { namespace: "default", name: "p" },
  spec: {
    nodeName: "n1",
    serviceAccountName: "sa",
    imagePullSecrets: [{ name: "pull" }],
    containers: [
      {
        name: "c",
        env: [{ name: "A", valueFrom: { secretKeyRef: { name: "env-secret", key: "k" } } }],
        envFrom: [{ configMapRef: { name: "env-map" } }],
      },
    ],
    volumes: [
      { name: "v", secret: { secretName: "vol-secret" } },
      { name: "w", projected: { sources: [{ configMap: { name: "kube-root-ca.crt" } }] } },
      { name: "x", persistentVolumeClaim: { claimName: "claim" } },
      { name: "y", ephemeral: {} },
    ],
  },
};
const volume = {
  metadata: { name: "pv" },
  spec: {
    claimRef: { namespace: "default", name: "claim" },
    csi: { nodePublishSecretRef: { namespace: "csi", name: "creds" } },
  },
};

// question, its answer for the node that runs the pod
const questions: readonly (readonly [...Question, boolean])[] = [
  ["get", "secrets", { name: "env-secret" }, true],
  ["get", "secrets", { name: "pull" }, true],
  ["watch", "secrets", { name: "vol-secret" }, true],
  ["list", "secrets", {}, false],
  ["get", "secrets", { name: "other" }, false],
  ["get", "secrets", { name: "env-secret", namespace: "kube-system" }, false],
  ["update", "secrets", { name: "env-secret" }, false],
  ["get", "secrets", { name: "creds", namespace: "csi" }, true],
  ["get", "configmaps", { name: "env-map" }, true],
  ["get", "configmaps", { name: "kube-root-ca.crt" }, true],
  ["get", "persistentvolumeclaims", { name: "claim" }, true],
  ["get", "persistentvolumeclaims", { name: "p-y" }, true],
  ["get", "persistentvolumes", { name: "pv", namespace: "" }, true],
  ["list", "persistentvolumes", { namespace: "" }, false],
  ["create", "serviceaccounts", { name: "sa", subresource: "token" }, true],
  ["create", "serviceaccounts", { name: "other", subresource: "token" }, false],
  ["get", "pods", { name: "p" }, true],
  ["list", "pods", { namespace: "", fieldSelector: "spec.nodeName=n1" }, true],
  ["list", "pods", { namespace: "", fieldSelector: "spec.nodeName!=n1" }, false],
  ["watch", "pods", { namespace: "", fieldSelector: "spec.nodeName=n2" }, false],
  ["list", "pods", { namespace: "" }, false],
  ["patch", "pods", { name: "p", subresource: "status" }, true],
  ["patch", "pods", { name: "p" }, false],
  ["get", "nodes", { name: "n1", namespace: "" }, true],
  ["get", "nodes", { name: "n2", namespace: "" }, false],
  ["patch", "nodes", { name: "n1", subresource: "status", namespace: "" }, true],
  ["delete", "nodes", { name: "n1", namespace: "" }, false],
  ["update", "leases", { group: "coordination.k8s.io", name: "n1", namespace: "kube-node-lease" }, true],
  ["update", "leases", { group: "coordination.k8s.io", name: "n2", namespace: "kube-node-lease" }, false],
  ["update", "leases", { group: "coordination.k8s.io", name: "n1", namespace: "default" }, false],
  ["list", "services", { namespace: "" }, true],
  ["create", "events", {}, true],
  ["create", "deployments", { group: "apps" }, false],
  ["get", "volumeattachments", { group: "storage.k8s.io", name: "va", namespace: "" }, true],
];

for (const [verb, resource, more, allowed] of questions) {
  test(`the pod's node ${allowed ? "may" : "may not"} ${verb} ${resource} ${JSON.stringify(more)}`, async () => {
    const { changes, ask } = await world();
    changes.set("pods", pod);
    changes.set("persistentvolumes", volume);
    changes.set("volumeattachments", { metadata: { name: "va" }, spec: { nodeName: "n1" } });
    assert.equal(ask("n1", verb, resource, more).decision === "allow", allowed, ask("n1", verb, resource, more).reason);
  });
}

test("another node may not, and says why", async () => {
  const { changes, ask } = await world();
  changes.set("pods", pod);
  const verdict = ask("n2", "get", "secrets", { name: "env-secret" });
  assert.deepEqual(verdict, {
    decision: "no opinion",
    reason: "no relationship found between node 'n2' and this object",
  });
});

test("rights go with the pod, and stay while another pod needs them", async () => {
  const { changes, ask } = await world();
  const twin = { ...pod, metadata: { namespace: "default", name: "twin" } };
  changes.set("pods", pod);
  changes.set("pods", twin);
  changes.gone("pods", pod);
  assert.equal(ask("n1", "get", "secrets", { name: "env-secret" }).decision, "allow");
  changes.gone("pods", twin);
  assert.notEqual(ask("n1", "get", "secrets", { name: "env-secret" }).decision, "allow");
});

test("a mirror pod gives its node nothing but itself", async () => {
  const { changes, ask } = await world();
  changes.set("pods", { ...pod, metadata: { ...pod.metadata, annotations: { "kubernetes.io/config.mirror": "x" } } });
  assert.equal(ask("n1", "get", "pods", { name: "p" }).decision, "allow");
  assert.notEqual(ask("n1", "get", "secrets", { name: "env-secret" }).decision, "allow");
});

test("whoever is no node is somebody else's business", async () => {
  const authorizer = new NodeAuthorizer();
  const verdict = authorizer.authorize({
    user: { name: "system:node:n1", groups: [] },
    verb: "list",
    resourceRequest: true,
    path: "",
    group: "",
    version: "v1",
    resource: "services",
    subresource: "",
    namespace: "",
    name: "",
  });
  assert.deepEqual(verdict, { decision: "no opinion", reason: "" });
});
