import assert from "node:assert/strict";
import { test } from "node:test";
import { Query } from "./query.ts";
import { isLongRunning, requestInfo } from "./request-info.ts";

// method, URL, verb, prefix, group, version, namespace, resource, subresource, name; "-" for a path that is no resource
const table: readonly (readonly string[])[] = [
  ["GET", "/api/v1/namespaces", "list", "api", "", "v1", "", "namespaces", "", ""],
  ["GET", "/api/v1/namespaces/other", "get", "api", "", "v1", "other", "namespaces", "", "other"],
  ["PUT", "/api/v1/namespaces/other/finalize", "update", "api", "", "v1", "other", "namespaces", "finalize", "other"],
  ["GET", "/api/v1/namespaces/other/pods", "list", "api", "", "v1", "other", "pods", "", ""],
  ["GET", "/api/v1/namespaces/other/pods/foo", "get", "api", "", "v1", "other", "pods", "", "foo"],
  ["HEAD", "/api/v1/namespaces/other/pods/foo", "get", "api", "", "v1", "other", "pods", "", "foo"],
  ["GET", "/api/v1/pods", "list", "api", "", "v1", "", "pods", "", ""],
  ["GET", "/api/v1/namespaces/other/pods/foo/log", "get", "api", "", "v1", "other", "pods", "log", "foo"],
  ["GET", "/api/v1/namespaces/other/pods/foo/proxy/a/b", "get", "api", "", "v1", "other", "pods", "proxy", "foo"],
  ["POST", "/api/v1/namespaces/other/pods", "create", "api", "", "v1", "other", "pods", "", ""],
  ["PATCH", "/api/v1/namespaces/other/pods/foo", "patch", "api", "", "v1", "other", "pods", "", "foo"],
  ["DELETE", "/api/v1/namespaces/other/pods/foo", "delete", "api", "", "v1", "other", "pods", "", "foo"],
  ["DELETE", "/api/v1/namespaces/other/pods", "deletecollection", "api", "", "v1", "other", "pods", "", ""],
  ["GET", "/api/v1/pods?watch=true", "watch", "api", "", "v1", "", "pods", "", ""],
  ["GET", "/api/v1/pods?watch=0", "list", "api", "", "v1", "", "pods", "", ""],
  ["GET", "/api/v1/pods?watch", "watch", "api", "", "v1", "", "pods", "", ""],
  ["GET", "/api/v1/watch/namespaces/other/pods", "watch", "api", "", "v1", "other", "pods", "", ""],
  ["GET", "/api/v1/proxy/namespaces/other/pods/foo", "proxy", "api", "", "v1", "other", "pods", "", "foo"],
  ["GET", "/apis/apps/v1/deployments", "list", "apis", "apps", "v1", "", "deployments", "", ""],
  [
    "PUT",
    "/apis/apps/v1/namespaces/a/deployments/d/scale",
    "update",
    "apis",
    "apps",
    "v1",
    "a",
    "deployments",
    "scale",
    "d",
  ],
  ["GET", "/api/v1/pods?fieldSelector=metadata.name%3Dfoo", "list", "api", "", "v1", "", "pods", "", "foo"],
  ["GET", "/api/v1/pods?fieldSelector=metadata.name!%3Dfoo", "list", "api", "", "v1", "", "pods", "", ""],
  ["GET", "/api/v1/pods?fieldSelector=metadata.name%3Da/b", "list", "api", "", "v1", "", "pods", "", ""],
  ["GET", "/", "get", "-"],
  ["GET", "/api", "get", "-"],
  ["GET", "/api/v1", "get", "-"],
  ["GET", "/apis/apps/v1", "get", "-"],
  ["GET", "/healthz", "get", "-"],
  ["POST", "/healthz/x/y", "post", "-"],
  ["GET", "/api/v1/watch", "get", "-"],
];

for (const [method, url, verb, prefix, ...rest] of table) {
  test(`${method} ${url}`, () => {
    const [path = "", query = ""] = url!.split("?");
    const info = requestInfo(method!, path, Query.parse(query));
    assert.equal(info.verb, verb);
    assert.equal(info.isResourceRequest, prefix !== "-");
    if (prefix === "-") return;
    const { group, version, namespace, resource, subresource, name } = info;
    assert.deepEqual([info.prefix, group, version, namespace, resource, subresource, name], [prefix, ...rest]);
  });
}

test("long-running requests are watches, proxies and streams", () => {
  const info = (method: string, path: string, query = ""): boolean =>
    isLongRunning(requestInfo(method, path, Query.parse(query)));
  assert.ok(info("GET", "/api/v1/pods", "watch=1"));
  assert.ok(info("POST", "/api/v1/namespaces/a/pods/b/exec"));
  assert.ok(info("GET", "/api/v1/namespaces/a/pods/b/log"));
  assert.ok(!info("GET", "/api/v1/namespaces/a/pods/b"));
  assert.ok(!info("GET", "/logs"));
});
