import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { realRandom, VirtualClock } from "@k8ts/api";
import { call, startServer, type ServerUnderTest, type TestAnswer } from "../server-under-test.ts";

const clock = new VirtualClock(Date.UTC(2026, 4, 1));
let under: ServerUnderTest;
before(async () => {
  under = await startServer({ clock, random: realRandom });
});
after(() => under.stop());

const get = (path: string, headers: Record<string, string> = {}): Promise<TestAnswer> =>
  call(under.transport, "GET", path, undefined, headers);

test("the index leads to documents that may be kept for a year", async () => {
  const index = await get("/openapi/v3");
  assert.equal(index.headers["expires"], undefined);
  const url = index.json.paths["apis/apps/v1"].serverRelativeURL as string;
  const { status, headers, json } = await get(url);
  assert.deepEqual(
    [status, headers["cache-control"], headers["expires"], headers["vary"], headers["content-type"]],
    [200, "public, immutable", "Sat, 01 May 2027 00:00:00 GMT", "Accept", "application/json"],
  );
  assert.ok(json.components.schemas["io.k8s.api.apps.v1.Deployment"]);
  assert.equal(headers["etag"], `"${url.split("hash=")[1]}"`);
});

test("without a hash a document may change, and is not sent again to who has it", async () => {
  const first = await get("/openapi/v3/api/v1");
  assert.deepEqual(
    [first.status, first.headers["cache-control"], first.headers["expires"]],
    [200, undefined, undefined],
  );
  const again = await get("/openapi/v3/api/v1", { "if-none-match": first.headers["etag"]! });
  assert.deepEqual([again.status, again.text], [304, ""]);
});

test("a stale hash leads to the current one", async () => {
  const { status, headers, text } = await get("/openapi/v3/apis/apps/v1?hash=0123");
  const current = (await get("/openapi/v3")).json.paths["apis/apps/v1"].serverRelativeURL;
  assert.deepEqual([status, headers["location"], text], [301, current, ""]);
  assert.equal((await get("/openapi/v3/apis/none/v1?hash=0123")).status, 404);
});
