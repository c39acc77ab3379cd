import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { isGone, isServiceUnavailable, isUnauthorized, StatusError, VirtualClock } from "@k8ts/api";
import { type ConfigMap, configMaps } from "@k8ts/api/core/v1";
import type { WatchEvent } from "../rest/transport.ts";
import { type Interceptor, MemoryApi, serveMemoryApi, type ServeOptions, transportContract } from "../testing/index.ts";
import { createFetchTransport } from "../rest/fetch-transport.ts";
import { createNodeTransport } from "./node-transport.ts";
import type { ServerAccess } from "./server-access.ts";

const directory = mkdtempSync(join(tmpdir(), "k8ts-transport-"));
after(() => rmSync(directory, { recursive: true }));

/** Self-signed certificates for 127.0.0.1 that are good for nothing else, valid for a hundred years. */
function selfSigned(name: string): { key: string; cert: string } {
  const read = (extension: string): string =>
    readFileSync(join(import.meta.dirname, "testdata", `${name}.${extension}`), "utf8");
  return { key: read("key"), cert: read("crt") };
}

const server = selfSigned("server");
const user = selfSigned("user");
const trusting = { certificateAuthority: server.cert };

const kinds: readonly [string, ServeOptions, Partial<ServerAccess>][] = [
  ["HTTP/2 over TLS", { tls: server }, trusting],
  ["HTTP/1.1 over TLS", { tls: server, http1: true }, trusting],
  ["plain HTTP/1.1", { http1: true }, {}],
];

for (const [name, options, access] of kinds) {
  transportContract(name, async () => {
    const served = await serveMemoryApi(new MemoryApi(), options);
    const transport = createNodeTransport({ server: served.url, ...access });
    const stop = async (): Promise<void> => {
      await transport.close();
      await served.stop();
    };
    return { transport, stop };
  });
}

transportContract("fetch", async () => {
  const served = await serveMemoryApi(new MemoryApi(), { http1: true });
  const transport = createFetchTransport({ server: served.url });
  const stop = async (): Promise<void> => {
    await transport.close();
    await served.stop();
  };
  return { transport, stop };
});

/** A network that can stop delivering without closing anything. */
async function relayTo(port: number) {
  const sockets: Socket[] = [];
  const relay = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const socket of [near, far]) socket.on("error", () => undefined);
    near.pipe(far).pipe(near);
    sockets.push(near, far);
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  return {
    port: (relay.address() as AddressInfo).port,
    freeze: () => sockets.forEach((socket) => socket.unpipe().pause()),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => relay.close(resolve));
    },
  };
}

const configMap = (name: string): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default" },
});

describe("node transport", () => {
  const clock = new VirtualClock();
  const stops: (() => Promise<void>)[] = [];
  const open = async (options: ServeOptions, access: Partial<ServerAccess> = {}) => {
    const api = new MemoryApi();
    const served = await serveMemoryApi(api, options);
    const transport = createNodeTransport({ server: served.url, ...trusting, ...access }, { clock });
    stops.push(async () => {
      await transport.close();
      await served.stop();
    });
    const get = () => transport.request({ verb: "get", resource: configMaps, namespace: "default", name: "a" });
    await api.request({ verb: "create", resource: configMaps, namespace: "default", body: configMap("a") });
    return { api, served, transport, get };
  };
  before(() => assert.ok(server.cert));
  after(() => Promise.all(stops.map((stop) => stop())));

  it("shares one connection among requests and watches", async () => {
    const { served, get, transport } = await open({ tls: server });
    const stop = new AbortController();
    const sink = { event: () => undefined, closed: () => undefined };
    await transport.watch({ resource: configMaps, signal: stop.signal }, sink);
    await Promise.all([get(), get(), get()]);
    stop.abort();
    assert.equal(served.connections(), 1);
  });

  it("shows its client certificate and token", async () => {
    let seen: unknown[] = [];
    const intercept: Interceptor = (request) => {
      const socket = request.stream.session?.socket as unknown as {
        getPeerCertificate(): { subject?: { CN: string } };
      };
      seen = [socket.getPeerCertificate().subject?.CN, request.headers.authorization];
      return false;
    };
    const access = { clientCertificate: user.cert, clientKey: user.key, token: "secret" };
    const { get } = await open({ tls: { ...server, requestCert: true }, intercept }, access);
    await get();
    assert.deepEqual(seen, ["user", "Bearer secret"]);
  });

  it("refuses a server that it cannot verify", async () => {
    const { get } = await open({ tls: server }, { certificateAuthority: user.cert });
    await assert.rejects(get(), (error) => isServiceUnavailable(error) && /self-signed/.test(error.message));
  });

  it("talks to it where told to skip verification", async () => {
    const { get } = await open({ tls: server }, { certificateAuthority: undefined, insecureSkipTlsVerify: true });
    assert.ok(await get());
  });

  it("says ServiceUnavailable where nobody listens", async () => {
    const transport = createNodeTransport({ server: "https://127.0.0.1:1" });
    await assert.rejects(transport.request({ verb: "list", resource: configMaps }), (error) => {
      return isServiceUnavailable(error) && /ECONNREFUSED/.test(error.message);
    });
  });

  it("waits as Retry-After says, and tries again", async () => {
    let refusals = 2;
    const intercept: Interceptor = (_request, response) => {
      if (refusals-- <= 0) return false;
      response.writeHead(429, { "retry-after": "3" });
      response.end("busy");
      return true;
    };
    const { get } = await open({ tls: server, intercept });
    const started = clock.now();
    let done = false;
    const got = get().finally(() => (done = true));
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(100);
    }
    assert.ok(await got);
    assert.ok(clock.now() - started >= 6000);
  });

  it("gives up on a server that always says Retry-After", async () => {
    let asked = 0;
    const intercept: Interceptor = (_request, response) => {
      asked++;
      response.writeHead(503, { "retry-after": "0" });
      response.end("starting");
      return true;
    };
    const { get } = await open({ tls: server, intercept });
    let done = false;
    const got = get().finally(() => (done = true));
    got.catch(() => undefined);
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(1);
    }
    await assert.rejects(
      got,
      (error) => isServiceUnavailable(error) && error.status.details?.causes?.[0]?.message === "starting",
    );
    assert.equal(asked, 11);
  });

  it("makes a StatusError of an answer that is no Status", async () => {
    const intercept: Interceptor = (_request, response) => {
      response.writeHead(401);
      response.end("<html>");
      return true;
    };
    const { get } = await open({ tls: server, intercept });
    await assert.rejects(get(), (error) => {
      return isUnauthorized(error) && error.message === "the server has asked for the client to provide credentials";
    });
  });

  it("reports a connection that breaks within a watch, and connects again", async () => {
    for (const http1 of [false, true]) {
      const { served, transport, get } = await open({ tls: server, http1 });
      const closed = Promise.withResolvers<Error | undefined>();
      const events: WatchEvent[] = [];
      const sink = { event: (event: WatchEvent) => events.push(event), closed: closed.resolve };
      const signal = new AbortController().signal;
      await transport.watch({ resource: configMaps, query: { resourceVersion: "0" }, signal }, sink);
      for (const socket of served.sockets) socket.destroy();
      assert.ok(isServiceUnavailable(await closed.promise));
      assert.ok(await get());
    }
  });

  it("tells the server when a watch is aborted", async () => {
    for (const http1 of [false, true]) {
      const { api, transport, get } = await open({ tls: server, http1 });
      const stop = new AbortController();
      await transport.watch(
        { resource: configMaps, signal: stop.signal },
        { event: () => undefined, closed: () => undefined },
      );
      assert.equal(api.watchers, 1);
      stop.abort();
      for (let n = 0; n < 1000 && api.watchers > 0; n++) await new Promise((resolve) => setImmediate(resolve));
      assert.equal(api.watchers, 0);
      assert.ok(await get());
    }
  });

  it("drops a connection over which pings are not answered", async () => {
    const { served } = await open({ tls: server });
    const relay = await relayTo(Number(new URL(served.url).port));
    const transport = createNodeTransport({ server: `https://127.0.0.1:${relay.port}`, ...trusting }, { clock });
    stops.push(() => transport.close());
    stops.push(relay.stop);
    const closed = Promise.withResolvers<Error | undefined>();
    const signal = new AbortController().signal;
    await transport.watch({ resource: configMaps, signal }, { event: () => undefined, closed: closed.resolve });
    relay.freeze();
    let over = false;
    void closed.promise.then(() => (over = true));
    for (let second = 0; second < 120 && !over; second++) {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(1000);
    }
    const error = await closed.promise;
    assert.ok(isServiceUnavailable(error) && /connection lost/.test(error.message), String(error));
  });

  it("ends a watch with the server's ERROR event", async () => {
    const { api, transport } = await open({ tls: server });
    const closed = Promise.withResolvers<Error | undefined>();
    const signal = new AbortController().signal;
    await transport.watch({ resource: configMaps, signal }, { event: () => undefined, closed: closed.resolve });
    const status = {
      apiVersion: "v1",
      kind: "Status",
      metadata: {},
      code: 410,
      reason: "Expired",
      message: "too old",
    } as const;
    api.cutWatches(new StatusError(status));
    assert.ok(isGone(await closed.promise));
  });

  it("opens another connection where the server allows few streams", async () => {
    const { transport, served } = await open({ tls: { ...server, settings: { maxConcurrentStreams: 2 } } as never });
    const sink = { event: () => undefined, closed: () => undefined };
    const { signal } = new AbortController();
    for (let n = 0; n < 5; n++) await transport.watch({ resource: configMaps, signal }, sink);
    assert.equal(served.connections(), 3);
  });

  it("reads the token file again once the server refuses", async () => {
    const tokenFile = join(directory, "token");
    writeFileSync(tokenFile, "old\n");
    const tokens: unknown[] = [];
    const intercept: Interceptor = (request, response) => {
      tokens.push(request.headers.authorization);
      if (request.headers.authorization === "Bearer new") return false;
      response.writeHead(401);
      response.end();
      return true;
    };
    const { get } = await open({ tls: server, intercept }, { tokenFile });
    await assert.rejects(get(), isUnauthorized);
    writeFileSync(tokenFile, "new\n");
    await get();
    assert.deepEqual(tokens, ["Bearer old", "Bearer new"]);
  });

  it("uses an exec plugin's token", async () => {
    const plugin = join(directory, "plugin");
    const credential = {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: { token: "made" },
    };
    writeFileSync(plugin, `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`, { mode: 0o755 });
    const tokens: unknown[] = [];
    const intercept: Interceptor = (request) => {
      tokens.push(request.headers.authorization);
      return false;
    };
    const exec = { apiVersion: credential.apiVersion, command: plugin };
    const { get } = await open({ tls: server, intercept }, { exec });
    await get();
    assert.deepEqual(tokens, ["Bearer made"]);
    const missing = await open(
      { tls: server },
      { exec: { ...exec, command: "no-such-plugin", installHint: "get it" } },
    );
    await assert.rejects(
      missing.get(),
      (error) => isUnauthorized(error) && /no-such-plugin not found\n\nget it/.test(error.message),
    );
  });
});
