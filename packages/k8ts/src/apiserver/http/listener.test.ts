import assert from "node:assert/strict";
import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { request as httpsRequest } from "node:https";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { gunzipSync } from "node:zlib";
import { realClock, silentLogger } from "@k8ts/api";
import { ensurePki, type Pki } from "../../auth/pki/pki.ts";
import { BodyTooLarge, textResponse, type HttpHandler, type HttpRequest } from "./message.ts";
import { listen, type Listener } from "./listener.ts";

let directory: string;
let pki: Pki;
let listener: Listener;
let handler: HttpHandler;
const seen: HttpRequest[] = [];

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "listener-"));
  pki = await ensurePki(directory, { hostnames: [], ips: [], clock: realClock });
  listener = await listen({
    address: "127.0.0.1",
    port: 0,
    certPem: pki.apiserver.certPem,
    keyPem: pki.apiserver.keyPem,
    clientCaPem: pki.caPem,
    clock: realClock,
    logger: silentLogger,
    handler: (request) => {
      seen.push(request);
      return handler(request);
    },
  });
});
after(async () => {
  await listener.close(100);
  await rm(directory, { recursive: true });
});

const session = (): ClientHttp2Session =>
  connectHttp2(`https://127.0.0.1:${listener.port}`, {
    ca: pki.caPem,
    cert: pki.admin.certPem,
    key: pki.admin.keyPem,
    ALPNProtocols: ["h2"],
  });

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: Buffer;
}

async function overHttp2(headers: Record<string, string>, body?: string): Promise<Answer> {
  const client = session();
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const stream = client.request(headers, { endStream: body === undefined });
      const chunks: Buffer[] = [];
      let answer: Record<string, unknown> = {};
      stream.on("response", (got) => (answer = got as Record<string, unknown>));
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () =>
        resolve({ status: answer[":status"] as number, headers: answer, body: Buffer.concat(chunks) }),
      );
      stream.on("error", reject);
      if (body !== undefined) stream.end(body);
    });
  } finally {
    client.close();
  }
}

function overHttp1(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: listener.port, ca: pki.caPem, method, path, headers, agent: false };
    const request = httpsRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

test("HTTP/2: path, query, body and client certificate arrive, the answer goes back", async () => {
  handler = async (request) => textResponse(201, `${request.method} ${Buffer.from(await request.readBody(100))}`);
  const answer = await overHttp2({ ":method": "POST", ":path": "/a%20b?x=1&y" }, "hello");
  assert.equal(answer.status, 201);
  assert.equal(answer.body.toString(), "POST hello");
  assert.equal(answer.headers["content-length"], "10");
  const request = seen.at(-1)!;
  assert.deepEqual([request.path, request.query, request.protocol], ["/a%20b", "x=1&y", "HTTP/2.0"]);
  assert.equal(request.peer.certificate?.commonName, "kubernetes-admin");
  assert.deepEqual(request.peer.certificate?.organizations, ["system:masters"]);
  assert.equal(request.peer.certificate?.trusted, true);
});

test("HTTP/1.1 on the same port, without a client certificate", async () => {
  handler = async (request) => textResponse(200, Buffer.from(await request.readBody(100)).toString());
  const answer = await overHttp1("PUT", "/x?watch=1", {}, "body");
  assert.deepEqual([answer.status, answer.body.toString()], [200, "body"]);
  assert.deepEqual([seen.at(-1)!.query, seen.at(-1)!.protocol], ["watch=1", "HTTP/1.1"]);
  assert.equal(seen.at(-1)!.peer.certificate, undefined);
});

for (const protocol of ["h1", "h2"] as const) {
  test(`${protocol}: a body beyond the limit is refused and the connection does not hang`, async () => {
    let limit = 0;
    handler = async (request) => {
      try {
        await request.readBody(10);
      } catch (error) {
        if (error instanceof BodyTooLarge) limit = error.limit;
        return textResponse(413, "too large");
      }
      return textResponse(200, "");
    };
    const body = "x".repeat(100);
    const answer =
      protocol === "h2"
        ? await overHttp2({ ":method": "POST", ":path": "/" }, body)
        : await overHttp1("POST", "/", {}, body);
    assert.deepEqual([answer.status, answer.body.toString(), limit], [413, "too large", 10]);
  });
}

test("large bodies are compressed for who asks, small ones and streams are not", async () => {
  const runs = Array.from({ length: 40 }, (_, at) => Buffer.from(String(at % 10).repeat(5000)));
  handler = async () => ({ status: 200, headers: {}, body: { runs } });
  const plain = Buffer.concat(runs);
  const zipped = await overHttp1("GET", "/", { "accept-encoding": "br, gzip" });
  assert.equal(zipped.headers["content-encoding"], "gzip");
  assert.ok(gunzipSync(zipped.body).equals(plain));
  const raw = await overHttp2({ ":path": "/" });
  assert.equal(raw.headers["content-encoding"], undefined);
  assert.ok(raw.body.equals(plain));
  handler = async () => ({ status: 200, headers: {}, body: Buffer.alloc(1000) });
  const small = await overHttp2({ ":path": "/", "accept-encoding": "gzip" });
  assert.equal(small.headers["content-encoding"], undefined);
});

test("a slow reader holds runs back instead of filling memory", async () => {
  let pulled = 0;
  const chunk = Buffer.alloc(64 * 1024);
  handler = async () => ({
    status: 200,
    headers: {},
    body: {
      runs: (function* () {
        for (; pulled < 2000; pulled++) yield chunk;
      })(),
    },
  });
  const client = session();
  const stream = client.request({ ":path": "/" });
  await new Promise<void>((resolve) => stream.once("response", () => resolve()));
  stream.pause();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(pulled < 1000, `pulled ${pulled} of 2000 chunks though nobody reads`);
  stream.close();
  client.destroy();
});

test("an upgrade hands over the connection; a refused one is answered in HTTP", async () => {
  const talk = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connectTls({ port: listener.port, host: "127.0.0.1", ca: pki.caPem, ALPNProtocols: ["http/1.1"] });
      let text = "";
      socket.on("data", (data) => (text += data.toString()));
      socket.on("end", () => resolve(text));
      socket.on("error", reject);
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\nearly`);
    });
  handler = async (request) =>
    request.path === "/yes"
      ? {
          status: 101,
          headers: {},
          takeOver: (connection, head) =>
            connection.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${Buffer.from(head).toString()}`),
        }
      : textResponse(403, `no ${request.upgradable}`);
  assert.match(await talk("/yes"), /^HTTP\/1.1 101 .*\r\n\r\nearly$/);
  assert.match(await talk("/no"), /^HTTP\/1.1 403 Forbidden\r\n(.*\r\n)*content-length: 7\r\n\r\nno true$/);
});

test("a stream is written as it comes, and the client's leaving is told", async () => {
  let left: (() => void) | undefined;
  const gone = new Promise<void>((resolve) => (left = resolve));
  handler = async (request) => ({
    status: 200,
    headers: {},
    body: {
      stream: (sink) => {
        sink.write(Buffer.from("one"));
        sink.onClose(() => left?.());
        request.signal.addEventListener("abort", () => left?.());
      },
    },
  });
  const client = session();
  const stream = client.request({ ":path": "/" });
  const first = await new Promise<string>((resolve) => stream.once("data", (data: Buffer) => resolve(data.toString())));
  assert.equal(first, "one");
  stream.close();
  await gone;
  client.destroy();
});
