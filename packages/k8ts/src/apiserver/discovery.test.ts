import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeProtobuf, scheme } from "@k8ts/api";
import { Discovery } from "./discovery.ts";

const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const kubectl = `${aggregated},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json`;

const discovery = (): Discovery => new Discovery(scheme, scheme, () => "127.0.0.1:6443");

interface AggregatedResource {
  resource: string;
  scope: string;
  singularResource: string;
  shortNames?: string[];
  responseKind: object;
  verbs: string[];
  subresources?: { subresource: string; responseKind: object; verbs: string[] }[];
}

interface Aggregated {
  kind: string;
  apiVersion: string;
  items: {
    metadata: { name: string };
    versions: { version: string; freshness: string; resources: AggregatedResource[] }[];
  }[];
}

function documentOf<T>(path: string, accept = ""): { document: T; type: string | undefined } {
  const answer = discovery().answer(path, accept);
  assert.ok(answer, path);
  const document = JSON.parse(Buffer.from(answer.body).toString()) as T;
  return { document, type: answer.headers["content-type"] };
}

test("aggregated discovery lists all groups with their resources and subresources", () => {
  const core = documentOf<Aggregated>("/api", kubectl);
  assert.equal(core.type, aggregated);
  assert.equal(core.document.apiVersion, "apidiscovery.k8s.io/v2");
  assert.deepEqual(
    core.document.items.map((item) => item.metadata.name),
    [""],
  );
  const [v1] = core.document.items[0]?.versions ?? [];
  const pods = v1?.resources.find(({ resource }) => resource === "pods");
  assert.deepEqual([pods?.scope, pods?.singularResource, pods?.shortNames], ["Namespaced", "pod", ["po"]]);
  assert.deepEqual(
    pods?.subresources?.find(({ subresource }) => subresource === "eviction"),
    { subresource: "eviction", responseKind: { group: "policy", version: "v1", kind: "Eviction" }, verbs: ["create"] },
  );
  const { document } = documentOf<Aggregated>("/apis", kubectl);
  const autoscaling = document.items.find((item) => item.metadata.name === "autoscaling");
  assert.deepEqual(
    autoscaling?.versions.map(({ version }) => version),
    ["v2", "v1"],
  );
  assert.equal(
    document.items.some((item) => item.metadata.name === ""),
    false,
  );
});

test("the form is what the client prefers of what there is", () => {
  const cases: [string, string][] = [
    ["", "application/json"],
    ["*/*", "application/json"],
    ["application/json", "application/json"],
    [kubectl, aggregated],
    [
      "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
      aggregated.replace("v=v2", "v=v2beta1"),
    ],
    ["application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList, */*", "application/json"],
    ["application/json;q=0.5, application/vnd.kubernetes.protobuf", "application/vnd.kubernetes.protobuf"],
  ];
  for (const [accept, type] of cases)
    assert.equal(discovery().answer("/apis", accept)?.headers["content-type"], type, accept);
  assert.throws(() => discovery().answer("/apis", "text/html"), { reason: "NotAcceptable" });
  // Below /apis there are only the older lists.
  assert.equal(discovery().answer("/apis/apps", kubectl)?.headers["content-type"], "application/json");
});

test("the older lists are complete", () => {
  const api = documentOf<{ versions: string[]; serverAddressByClientCIDRs: object[] }>("/api").document;
  assert.deepEqual(api.versions, ["v1"]);
  assert.deepEqual(api.serverAddressByClientCIDRs, [{ clientCIDR: "0.0.0.0/0", serverAddress: "127.0.0.1:6443" }]);
  const groups = documentOf<{ groups: { name: string }[] }>("/apis/").document;
  assert.equal(groups.groups[0]?.name, "apiregistration.k8s.io");
  const apps = documentOf<{ kind: string; preferredVersion: object }>("/apis/apps").document;
  assert.deepEqual([apps.kind, apps.preferredVersion], ["APIGroup", { groupVersion: "apps/v1", version: "v1" }]);
  const { resources } = documentOf<{ resources: { name: string; storageVersionHash?: string; verbs: string[] }[] }>(
    "/apis/apps/v1",
  ).document;
  const names = resources.map(({ name }) => name);
  for (const name of ["deployments", "deployments/scale", "deployments/status"]) assert.ok(names.includes(name), name);
  const core = documentOf<typeof groups & { resources: { name: string; storageVersionHash?: string }[] }>(
    "/api/v1",
  ).document;
  // What a real API server says of them.
  const hashes = new Map(core.resources.map(({ name, storageVersionHash }) => [name, storageVersionHash]));
  assert.equal(hashes.get("pods"), "xPOwRZ+Yhw8=");
  assert.equal(hashes.get("events"), "r2yiGXH7wu8=");
  assert.equal(hashes.get("pods/log"), undefined);
});

test("the older lists also come in protobuf", () => {
  const answer = discovery().answer("/api/v1", "application/vnd.kubernetes.protobuf");
  const list = decodeProtobuf(answer?.body ?? new Uint8Array(), scheme) as unknown as {
    kind: string;
    resources: { name: string; verbs: string[] }[];
  };
  assert.equal(list.kind, "APIResourceList");
  assert.deepEqual(list.resources.find(({ name }) => name === "pods/eviction")?.verbs, ["create"]);
});

test("unknown paths have no document", () => {
  for (const path of [
    "/apis/nope",
    "/apis/apps/v9",
    "/api/v2",
    "/api/v1/pods",
    "/apis/apps/v1/deployments",
    "/other",
  ]) {
    assert.equal(discovery().answer(path), undefined, path);
  }
});

test("a document that did not change is not sent again", () => {
  const shared = discovery();
  const first = shared.answer("/apis", kubectl);
  const etag = first?.headers.etag ?? "";
  assert.match(etag, /^"[0-9A-F]{128}"$/);
  assert.equal(shared.answer("/apis", kubectl, etag)?.status, 304);
  assert.equal(shared.answer("/apis", kubectl, `"x", W/${etag}`)?.status, 304);
  assert.equal(shared.answer("/apis", kubectl, '"x"')?.status, 200);
  assert.equal(shared.answer("/apis", kubectl)?.body, first?.body);
  shared.invalidate();
  assert.notEqual(shared.answer("/apis", kubectl)?.body, first?.body);
});
