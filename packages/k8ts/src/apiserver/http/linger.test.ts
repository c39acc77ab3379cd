import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { realClock, silentLogger, VirtualClock } from "@k8ts/api";
import { ensurePki, type Pki } from "../../auth/pki/pki.ts";
import { listen, type Listener } from "./listener.ts";
import { BodyTooLarge, textResponse } from "./message.ts";

const megabyte = 1024 * 1024;
const clock = new VirtualClock();
let directory: string;
let pki: Pki;
let listener: Listener;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "linger-"));
  pki = await ensurePki(directory, { hostnames: [], ips: [], clock: realClock });
  listener = await listen({
    address: "127.0.0.1",
    port: 0,
    certPem: pki.apiserver.certPem,
    keyPem: pki.apiserver.keyPem,
    clientCaPem: pki.caPem,
    clock,
    logger: silentLogger,
    async handler(request) {
      if (request.path === "/unread") return textResponse(401, "who are you");
      try {
        return textResponse(200, String((await request.readBody(megabyte)).length));
      } catch (error) {
        assert.ok(error instanceof BodyTooLarge);
        return textResponse(413, "too large");
      }
    },
  });
});
after(async () => {
  const closed = listener.close(100);
  await clock.advance(100);
  await closed;
  await rm(directory, { recursive: true });
});

/** A connection that keeps what it is told. */
class Raw {
  readonly socket: TLSSocket;
  text = "";
  #heard: (() => void) | undefined;
  readonly closed: Promise<void>;

  constructor() {
    this.socket = connect({ port: listener.port, host: "127.0.0.1", ca: pki.caPem, ALPNProtocols: ["http/1.1"] });
    this.socket.on("data", (data: Buffer) => {
      this.text += data.toString("latin1");
      this.#heard?.();
    });
    this.socket.on("error", (error) => (this.text += `\n${(error as NodeJS.ErrnoException).code}`));
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()));
  }

  post(path: string, length: number, headers = ""): void {
    this.socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n${headers}\r\n`);
  }

  /** Writes so many bytes of body; resolves when the kernel has taken them. */
  async send(bytes: number): Promise<void> {
    for (let left = bytes; left > 0; left -= megabyte) {
      const chunk = Buffer.alloc(Math.min(left, megabyte), "x");
      await new Promise<void>((resolve) => this.socket.write(chunk, () => resolve()));
    }
  }

  async hears(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) await new Promise<void>((resolve) => (this.#heard = resolve));
  }
}

for (const [path, status] of [
  ["/", 413],
  ["/unread", 401],
] as const) {
  test(`HTTP/1.1: a client that is still writing sees ${status}, and can use its connection again`, async () => {
    const client = new Raw();
    client.post(path, 4 * megabyte);
    await client.send(4 * megabyte);
    await client.hears(new RegExp(`^HTTP/1.1 ${status} `));
    client.post("/", 5);
    await client.send(5);
    await client.hears(/HTTP\/1.1 200 OK[^]*\r\n\r\n5$/);
    client.socket.destroy();
  });
}

test("HTTP/1.1: a body without end is cut off after the answer", async () => {
  const client = new Raw();
  client.post("/", 1000 * megabyte);
  await client.hears(/^HTTP\/1.1 413 /);
  for (let sent = 0; !client.socket.destroyed; sent++) {
    assert.ok(sent < 40, "40 MB were taken");
    await Promise.race([client.send(megabyte), client.closed]);
  }
});

test("HTTP/1.1: a body that does not come is waited for five seconds", async () => {
  const client = new Raw();
  client.post("/", 4 * megabyte);
  await client.hears(/^HTTP\/1.1 413 /);
  await client.send(10);
  await clock.advance(4900);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(client.socket.destroyed, false);
  await clock.advance(200);
  await client.closed;
});

test("HTTP/1.1: a client that asks before it sends is told to go on, or gets its refusal at once", async () => {
  const small = new Raw();
  small.post("/", 5, "Expect: 100-continue\r\n");
  await small.hears(/^HTTP\/1.1 100 Continue\r\n\r\n$/);
  await small.send(5);
  await small.hears(/200 OK[^]*\r\n\r\n5$/);
  small.socket.destroy();
  const large = new Raw();
  large.post("/", 4 * megabyte, "Expect: 100-continue\r\n");
  await large.closed;
  assert.match(large.text, /^HTTP\/1.1 413 [^]*connection: close[^]*too large$/i);
});

test("HTTP/2: a refused body ends with its answer, without an error, and the connection goes on", async () => {
  const session = connectHttp2(`https://127.0.0.1:${listener.port}`, { ca: pki.caPem });
  const post = (path: string, length: number): Promise<[number, string]> =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ":method": "POST", ":path": path });
      let status = 0;
      let text = "";
      stream.on("response", (headers) => (status = Number(headers[":status"])));
      stream.on("data", (data: Buffer) => (text += data.toString()));
      stream.on("error", reject);
      stream.on("close", () => resolve([status, text]));
      stream.end(Buffer.alloc(length));
    });
  for (let round = 0; round < 3; round++) {
    assert.deepEqual(await post("/", 8 * megabyte), [413, "too large"]);
    assert.deepEqual(await post("/unread", 4 * megabyte), [401, "who are you"]);
  }
  assert.deepEqual(await post("/", 5), [200, "5"]);
  session.destroy();
});

test("HTTP/2: a body without end is cut off after the answer", async () => {
  const session = connectHttp2(`https://127.0.0.1:${listener.port}`, { ca: pki.caPem });
  const stream = session.request({ ":method": "POST", ":path": "/" });
  let status = 0;
  stream.on("response", (headers) => (status = Number(headers[":status"])));
  stream.on("error", () => {});
  stream.resume();
  const closed = new Promise<void>((resolve) => stream.once("close", () => resolve()));
  for (let sent = 0; !stream.destroyed; sent++) {
    assert.ok(sent < 40, "40 MB were taken");
    const taken = new Promise<void>((resolve) => stream.write(Buffer.alloc(megabyte), () => resolve()));
    await Promise.race([taken, closed]);
  }
  assert.equal(status, 413);
  session.destroy();
});
