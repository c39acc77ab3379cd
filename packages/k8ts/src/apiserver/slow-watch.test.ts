import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { get } from "node:https";
import type { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { noMetrics, realClock, silentLogger } from "@k8ts/api";
import { openMemoryStorage } from "../storage/index.ts";
import { startServer, type ServerUnderTest } from "./server-under-test.ts";

const objects = 10_000;
const path =
  "/api/v1/configmaps?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";

let under: ServerUnderTest;
before(async () => {
  const storage = await openMemoryStorage({ clock: realClock, metrics: noMetrics, logger: silentLogger } as never);
  const data = { text: "x".repeat(4000) };
  await storage.commit(
    Array.from({ length: objects }, (_, index) => {
      const metadata = { name: `c-${index}`, namespace: "default" };
      const value = Buffer.from(JSON.stringify({ kind: "ConfigMap", apiVersion: "v1", metadata, data }));
      return { key: `/registry/configmaps/default/c-${index}`, value };
    }),
  );
  under = await startServer({ storage, withoutPort: false });
});
after(() => under.stop());

const credentials = (): object => ({ ca: under.pki.caPem, cert: under.pki.admin.certPem, key: under.pki.admin.keyPem });

/** Opens the watch; resolves once the answer's headers are there and before any of its body is read. */
const open: Readonly<Record<string, () => Promise<{ stream: Readable; close: () => void }>>> = {
  async "HTTP/2"() {
    const session = connectHttp2(under.server.url, credentials());
    const stream = session.request({ ":path": path });
    await new Promise((resolve) => stream.once("response", resolve));
    return { stream, close: () => session.destroy() };
  },
  "HTTP/1.1": () =>
    new Promise((resolve, reject) => {
      const request = get(`${under.server.url}${path}`, { ...credentials(), agent: false }, (response) =>
        resolve({ stream: response, close: () => response.destroy() }),
      );
      request.on("error", reject);
    }),
};

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

for (const [protocol, openWatch] of Object.entries(open)) {
  test(`${protocol}: a client that reads slowly gets 40 MB of initial state, and the server keeps little of it`, async () => {
    const before = process.memoryUsage().arrayBuffers;
    const { stream, close } = await openWatch();
    await turns(500);
    const kept = process.memoryUsage().arrayBuffers - before;
    assert.ok(kept < 12e6, `${(kept / 1e6).toFixed(0)} MB are kept for a client that reads nothing`);
    let added = 0;
    let rest = "";
    for await (const chunk of stream) {
      const lines = (rest + (chunk as Buffer).toString("latin1")).split("\n");
      rest = lines.pop()!;
      added += lines.filter((line) => line.startsWith('{"type":"ADDED"')).length;
      if (lines.some((line) => line.includes("initial-events-end"))) break;
      await turns(1);
    }
    assert.equal(added, objects);
    close();
  });
}
