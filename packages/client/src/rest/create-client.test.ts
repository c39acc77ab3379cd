import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isBadRequest } from "@k8ts/api";
import { type Deployment, deployments } from "@k8ts/api/apps/v1";
import { nodes, pods } from "@k8ts/api/core/v1";
import type { Client } from "./client.ts";
import { createClient } from "./create-client.ts";
import { createFetchTransport } from "./fetch-transport.ts";

/** What a call becomes on the wire: method, path and body. */
async function sent(call: (client: Client) => Promise<unknown>): Promise<string> {
  let line = "";
  const transport = createFetchTransport({
    server: "http://host/prefix/",
    fetch: (url, init) => {
      const type = new Headers(init?.headers).get("content-type");
      line = [init?.method, String(url).replace("http://host/prefix", ""), type, init?.body].filter(Boolean).join(" ");
      return Promise.resolve(new Response("{}"));
    },
  });
  await call(createClient(transport));
  return line;
}

const web: Deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "n" },
} as Deployment;
const target = { namespace: "n", name: "web" };
const json = "application/json";
const body = JSON.stringify(web);
const at = "/apis/apps/v1/namespaces/n/deployments";

const table: [string, (client: Client) => Promise<unknown>, string][] = [
  ["get", (c) => c.get(deployments, target), `GET ${at}/web`],
  ["get of a cluster's object", (c) => c.get(nodes, { name: "a/b" }), "GET /api/v1/nodes/a%2Fb"],
  [
    "list everywhere",
    (c) => c.list(pods, { labelSelector: "a in (b,c)" }),
    "GET /api/v1/pods?labelSelector=a%20in%20(b%2Cc)",
  ],
  [
    "list a page",
    (c) => c.list(pods, { namespace: "n", limit: 5, continue: "x=" }),
    "GET /api/v1/namespaces/n/pods?limit=5&continue=x%3D",
  ],
  ["list from any revision", (c) => c.list(pods, { resourceVersion: "0" }), "GET /api/v1/pods?resourceVersion=0"],
  [
    "create",
    (c) => c.create(deployments, web, { dryRun: true, fieldManager: "me" }),
    `POST ${at}?dryRun=All&fieldManager=me ${json} ${body}`,
  ],
  ["update", (c) => c.update(deployments, web), `PUT ${at}/web ${json} ${body}`],
  ["updateStatus", (c) => c.updateStatus(deployments, web), `PUT ${at}/web/status ${json} ${body}`],
  [
    "patch",
    (c) => c.patch(deployments, target, { a: 1 }),
    `PATCH ${at}/web application/strategic-merge-patch+json {"a":1}`,
  ],
  [
    "apply",
    (c) => c.patch(deployments, target, {}, { type: "application/apply-patch+yaml", force: true, fieldManager: "me" }),
    `PATCH ${at}/web?fieldManager=me&force=true application/apply-patch+yaml {}`,
  ],
  [
    "delete",
    (c) =>
      c.delete(deployments, target, {
        propagationPolicy: "Foreground",
        gracePeriodSeconds: 0,
        preconditions: { uid: "u" },
      }),
    `DELETE ${at}/web ${json} {"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":0,"propagationPolicy":"Foreground","preconditions":{"uid":"u"}}`,
  ],
  [
    "deleteCollection",
    (c) => c.deleteCollection(pods, { namespace: "n", fieldSelector: "status.phase=Failed" }),
    `DELETE /api/v1/namespaces/n/pods?fieldSelector=status.phase%3DFailed ${json} {"apiVersion":"v1","kind":"DeleteOptions"}`,
  ],
  ["getSubresource", (c) => c.getSubresource(deployments, target, "scale"), `GET ${at}/web/scale`],
  [
    "createSubresource",
    (c) => c.createSubresource(pods, target, "binding", { b: 1 }),
    `POST /api/v1/namespaces/n/pods/web/binding ${json} {"b":1}`,
  ],
  [
    "updateSubresource",
    (c) => c.updateSubresource(deployments, target, "scale", { s: 1 }),
    `PUT ${at}/web/scale ${json} {"s":1}`,
  ],
];

describe("client", () => {
  for (const [name, call, expected] of table) {
    it(name, async () => assert.equal(await sent(call), expected));
  }

  it("watches with what the query says", async () => {
    const { signal } = new AbortController();
    const sink = { event: () => undefined, closed: () => undefined };
    const line = await sent((c) =>
      c.watch(pods, { sendInitialEvents: true, resourceVersion: "", timeoutSeconds: 9, signal }, sink),
    );
    assert.equal(line, "GET /api/v1/pods?resourceVersion=&sendInitialEvents=true&timeoutSeconds=9&watch=true");
  });

  it("needs a namespace to create in", async () => {
    const homeless = { ...web, metadata: { name: "web" } };
    await assert.rejects(
      sent((c) => c.create(deployments, homeless)),
      (error) => {
        return isBadRequest(error) && error.message === "an empty namespace may not be set during creation";
      },
    );
  });
});
