import assert from "node:assert/strict";
import { test } from "node:test";
import { scheme } from "@k8ts/api";
import { OpenApi, type OpenApiDocument } from "./open-api.ts";
import { readMessage } from "./v2-reader-under-test.ts";

type Json = Record<string, unknown>;

interface V3 {
  paths: Record<string, Record<string, Json>>;
  components: { schemas: Record<string, Json & { properties?: Record<string, Json> }> };
}

const read = <T>(document: OpenApiDocument | undefined): T => {
  assert.ok(document);
  return JSON.parse(Buffer.from(document.body).toString()) as T;
};

const docs = (type: string, field?: string): string | undefined =>
  type === "apps.v1.DeploymentSpec" ? (field ?? "the spec") : undefined;

const openApi = new OpenApi(scheme, docs);
const apps = read<V3>(openApi.v3("apis/apps/v1"));
const core = read<V3>(openApi.v3("api/v1"));

/** Every $ref in a document. */
function refs(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== "object" || value === null) return found;
  for (const [key, field] of Object.entries(value)) {
    if (key === "$ref" && typeof field === "string") found.add(field);
    else refs(field, found);
  }
  return found;
}

test("the index names every group/version with a hash, and its documents exist", () => {
  const { paths } = read<{ paths: Record<string, { serverRelativeURL: string }> }>(openApi.v3Index());
  assert.ok(paths["api/v1"] && paths["apis/apps/v1"] && paths["apis/rbac.authorization.k8s.io/v1"]);
  for (const [path, { serverRelativeURL }] of Object.entries(paths)) {
    assert.match(serverRelativeURL, /^\/openapi\/v3\/.*\?hash=[0-9A-F]{128}$/);
    assert.ok(serverRelativeURL.endsWith(openApi.v3Hash(path)!));
    const document = openApi.v3(path);
    assert.equal(document?.etag, `"${openApi.v3Hash(path)}"`);
    const names = Object.keys(read<V3>(document).components.schemas).map((name) => `#/components/schemas/${name}`);
    for (const ref of refs(read(document))) assert.ok(names.includes(ref), `${path}: ${ref}`);
  }
  for (const path of ["api/v2", "apis/apps", "apis/nope/v1", "api/v1/pods", "", "apis/apps/v1/x"]) {
    assert.equal(openApi.v3(path), undefined, path);
  }
});

test("what is empty is left out, as Go leaves it out", () => {
  for (const { paths } of [apps, core]) {
    for (const [path, methods] of Object.entries(paths)) {
      for (const { parameters } of Object.values(methods)) assert.notDeepEqual(parameters, [], path);
    }
  }
});

test("operations say what kubectl looks for", () => {
  const item = apps.paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"];
  const patch = item?.patch as {
    parameters: { name: string }[];
    requestBody: { content: Json };
  };
  assert.ok(patch.parameters.some(({ name }) => name === "fieldValidation"));
  assert.ok("application/strategic-merge-patch+json" in patch.requestBody.content);
  assert.deepEqual(item?.patch?.["x-kubernetes-group-version-kind"], {
    group: "apps",
    version: "v1",
    kind: "Deployment",
  });
  assert.deepEqual(
    ["get", "put", "delete", "patch"].map((method) => item?.[method]?.["x-kubernetes-action"]),
    ["get", "put", "delete", "patch"],
  );
  const ids = new Map<string, unknown>();
  for (const document of [apps, core]) {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { operationId }] of Object.entries(methods)) {
        assert.equal(ids.has(operationId as string), false, String(operationId));
        ids.set(operationId as string, `${method} ${path}`);
      }
    }
  }
  // As upstream names them: generated clients depend on it.
  const wanted: Record<string, string> = {
    listAppsV1DeploymentForAllNamespaces: "get /apis/apps/v1/deployments",
    createAppsV1NamespacedDeployment: "post /apis/apps/v1/namespaces/{namespace}/deployments",
    deleteAppsV1CollectionNamespacedDeployment: "delete /apis/apps/v1/namespaces/{namespace}/deployments",
    patchAppsV1NamespacedDeploymentScale: "patch /apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale",
    readCoreV1NamespacedPodLog: "get /api/v1/namespaces/{namespace}/pods/{name}/log",
    createCoreV1NamespacedPodEviction: "post /api/v1/namespaces/{namespace}/pods/{name}/eviction",
    createCoreV1NamespacedServiceAccountToken: "post /api/v1/namespaces/{namespace}/serviceaccounts/{name}/token",
    connectCoreV1PostNamespacedPodExec: "post /api/v1/namespaces/{namespace}/pods/{name}/exec",
    connectCoreV1GetNamespacedPodProxyWithPath: "get /api/v1/namespaces/{namespace}/pods/{name}/proxy/{path}",
    replaceCoreV1NamespaceFinalize: "put /api/v1/namespaces/{name}/finalize",
    listCoreV1Node: "get /api/v1/nodes",
    createCoreV1NamespacedBinding: "post /api/v1/namespaces/{namespace}/bindings",
  };
  for (const [id, place] of Object.entries(wanted)) assert.equal(ids.get(id), place, id);
});

test("schemas carry types, merge keys, defaults and docs", () => {
  const { schemas } = apps.components;
  const spec = schemas["io.k8s.api.apps.v1.DeploymentSpec"];
  assert.equal(spec?.description, "the spec");
  assert.deepEqual(spec?.required, ["selector", "template"]);
  assert.deepEqual(spec?.properties?.replicas, {
    description: "replicas",
    default: 1,
    type: "integer",
    format: "int32",
  });
  assert.deepEqual(schemas["io.k8s.api.apps.v1.Deployment"]?.["x-kubernetes-group-version-kind"], [
    { group: "apps", kind: "Deployment", version: "v1" },
  ]);
  const ports = schemas["io.k8s.api.core.v1.Container"]?.properties?.ports;
  assert.deepEqual(
    [ports?.["x-kubernetes-list-type"], ports?.["x-kubernetes-list-map-keys"], ports?.["x-kubernetes-patch-merge-key"]],
    ["map", ["containerPort", "protocol"], "containerPort"],
  );
  assert.deepEqual(schemas["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]?.oneOf, [
    { type: "integer" },
    { type: "string" },
  ]);
  assert.equal(schemas["io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"]?.["x-kubernetes-map-type"], "atomic");
  const options = schemas["io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"]?.["x-kubernetes-group-version-kind"];
  assert.equal((options as object[]).length, scheme.groupVersions().length);
});

test("version 2 holds everything in one document", () => {
  const v2 = read<{ swagger: string; definitions: Record<string, Json>; paths: Json }>(openApi.v2());
  assert.equal(v2.swagger, "2.0");
  const names = Object.keys(v2.definitions).map((name) => `#/definitions/${name}`);
  for (const ref of refs(v2)) assert.ok(names.includes(ref), ref);
  assert.ok(v2.paths["/api/v1/pods"] && v2.paths["/apis/apps/v1/deployments"]);
  assert.equal(openApi.v2("application/json").body, openApi.v2("*/*").body);
});

const json = "application/json";
const protobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
const askedByKubectl = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

test("version 2 comes in the form that the client likes best", () => {
  const wanted: Readonly<Record<string, string>> = {
    "": json,
    "*/*": json,
    "application/*": json,
    "Application/JSON": json,
    [askedByKubectl]: protobuf,
    [protobuf]: protobuf,
    [`${json}, ${protobuf}`]: json,
    [`${json};q=0.5, ${protobuf};q=0.9`]: protobuf,
    [`text/plain, ${protobuf}; q=0.1`]: protobuf,
    [`text/plain, */*;q=0.1`]: json,
  };
  for (const [accept, contentType] of Object.entries(wanted)) {
    assert.equal(openApi.v2(accept).contentType, contentType, accept);
  }
  for (const accept of ["text/plain", "application/yaml", "application/vnd.kubernetes.protobuf"]) {
    assert.throws(() => openApi.v2(accept), { reason: "NotAcceptable" }, accept);
  }
});

test("both forms of version 2 say the same, and have tags of their own", () => {
  const inProtobuf = openApi.v2(askedByKubectl);
  const found = readMessage("Document", inProtobuf.body) as { definitions: Json };
  assert.deepEqual(found.definitions, read<{ definitions: Json }>(openApi.v2()).definitions);
  assert.notEqual(inProtobuf.etag, openApi.v2().etag);
  assert.equal(openApi.v2(protobuf), inProtobuf);
});

test("hashes and tags change with the docs", () => {
  const describing = (fingerprint: string): OpenApi =>
    new OpenApi(scheme, Object.assign(docs.bind(undefined), { fingerprint: () => fingerprint }));
  const tags = (of: OpenApi): string[] => [of.v3Hash("api/v1")!, of.v3Index().etag, of.v2().etag, of.v2(protobuf).etag];
  const before = tags(describing("a"));
  assert.deepEqual(tags(describing("a")), before);
  for (const [index, tag] of tags(describing("b")).entries()) assert.notEqual(tag, before[index]);
});

test("documents are made once, and not for the index", () => {
  let asked = 0;
  const counted = new OpenApi(scheme, () => {
    asked++;
    return undefined;
  });
  counted.v3Index();
  assert.equal(asked, 0);
  const first = counted.v3("apis/batch/v1");
  assert.ok(asked > 0);
  assert.equal(counted.v3("apis/batch/v1"), first);
});
