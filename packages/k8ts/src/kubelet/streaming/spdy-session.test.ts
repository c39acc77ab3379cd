import assert from "node:assert/strict";
import { once } from "node:events";
import { duplexPair, type Duplex } from "node:stream";
import { describe, it } from "node:test";
import { constants, deflateSync, inflateSync } from "node:zlib";
import { readText } from "./copy.ts";
import { controlFrame, FrameParser, frameTypes, numbersFrame } from "./spdy-frames.ts";
import { spdyDictionary, SpdyHeaderReader, SpdyHeaderWriter } from "./spdy-headers.ts";
import { SpdySession } from "./spdy-session.ts";
import type { SpdyStream } from "./spdy-stream.ts";

interface Pair {
  readonly client: SpdySession;
  readonly server: SpdySession;
  readonly accepted: SpdyStream[];
}

/** Two sessions joined; the server accepts what `accept` lets through. */
function sessions(accept: (stream: SpdyStream) => boolean = () => true): Pair {
  const [near, far] = duplexPair();
  const accepted: SpdyStream[] = [];
  const client = new SpdySession(near, { role: "client" });
  const server = new SpdySession(far, {
    role: "server",
    onStream(stream) {
      accepted.push(stream);
      return accept(stream);
    },
  });
  return { client, server, accepted };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A session's bare other side: its frames as they come. */
function bare(role: "client" | "server", onStream?: (stream: SpdyStream) => boolean) {
  const [near, far] = duplexPair();
  const session = new SpdySession(near, { role, onStream });
  const control: { type: number; payload: Buffer }[] = [];
  const data: { id: number; text: string; fin: boolean }[] = [];
  const parser = new FrameParser({
    control: (type, _flags, payload) => control.push({ type, payload }),
    data: (id, chunk, fin) => data.push({ id, text: chunk.toString(), fin }),
  });
  far.on("data", (chunk: Buffer) => parser.write(chunk));
  return { session, far, control, data };
}

describe("SPDY header blocks", () => {
  it("use the dictionary whose checksum the protocol fixes", () => {
    assert.equal(spdyDictionary.length, 1423);
    assert.equal(new SpdyHeaderWriter().write({}).readUInt32BE(2), 0xe3c6a7c2);
  });

  it("are read by any zlib, and read what any zlib wrote", () => {
    const writer = new SpdyHeaderWriter();
    const blocks = [writer.write({ StreamType: "data", port: "80" }), writer.write({ streamtype: "error" })];
    const options = { dictionary: spdyDictionary, finishFlush: constants.Z_SYNC_FLUSH };
    const plain = inflateSync(Buffer.concat(blocks), options);
    const reader = new SpdyHeaderReader();
    const compressed = deflateSync(plain.subarray(0, 46), options);
    assert.deepEqual({ ...reader.read(compressed) }, { streamtype: "data", port: "80" });
    const own = new SpdyHeaderReader();
    assert.deepEqual(
      blocks.map((block) => ({ ...own.read(block) })),
      [{ streamtype: "data", port: "80" }, { streamtype: "error" }],
    );
  });

  for (const [what, block] of [
    ["bytes that are not zlib's", Buffer.from("hello, world")],
    ["another dictionary", Buffer.from("78bb00000001000000ffff", "hex")],
    ["a bomb", deflateSync(Buffer.alloc(1 << 20), { dictionary: spdyDictionary })],
    ["a block that ends within a header", headerBlock(Buffer.from("0000000100000009", "hex"))],
  ] as const) {
    it(`refuse ${what}`, () => assert.throws(() => new SpdyHeaderReader().read(block)));
  }
});

function headerBlock(plain: Buffer): Buffer {
  return deflateSync(plain, { dictionary: spdyDictionary, finishFlush: constants.Z_SYNC_FLUSH });
}

describe("SpdySession", () => {
  it("carries streams both ways, each half closed by itself", async () => {
    const { client, accepted } = sessions();
    const stream = client.openStream({ streamtype: "data" });
    stream.end("question");
    await turn();
    const other = accepted[0]!;
    assert.deepEqual({ ...other.headers }, { streamtype: "data" });
    assert.equal(await readText(other, 100), "question");
    other.write("answer ");
    other.end("to it");
    assert.equal(await readText(stream, 100), "answer to it");
    await turn();
    assert.equal(client.streamCount, 0);
  });

  it("lets the server open streams too", async () => {
    const [near, far] = duplexPair();
    const opened = new Promise<SpdyStream>((resolve) => {
      void new SpdySession(near, { role: "client", onStream: (stream) => (resolve(stream), true) });
    });
    const stream = new SpdySession(far, { role: "server" }).openStream({ a: "b" });
    stream.end("x");
    assert.equal((await opened).id, 2);
    assert.equal(await readText(await opened, 10), "x");
  });

  it("ends a refused stream", async () => {
    const { client } = sessions(() => false);
    const stream = client.openStream({});
    assert.equal(await readText(stream, 10), "");
    await assert.rejects(new Promise((_resolve, reject) => stream.write("x", (error) => error && reject(error))));
    assert.equal(client.streamCount, 0);
  });

  it("tells the peer when a stream is destroyed: it reads the end and cannot write", async () => {
    const { client, accepted } = sessions();
    const stream = client.openStream({});
    stream.write("begun");
    await turn();
    stream.destroy();
    assert.equal(await readText(accepted[0]!, 10), "begun");
    await turn();
    assert.ok(accepted[0]!.destroyed);
  });

  it("answers a ping, and only the peer's", async () => {
    const { client, server } = sessions();
    await Promise.all([client.ping(), server.ping()]);
  });

  it("ends its streams with the connection", async () => {
    const { client, server, accepted } = sessions();
    const stream = client.openStream({});
    stream.write("last words");
    await turn();
    client.close();
    assert.equal(await readText(accepted[0]!, 100), "last words");
    assert.equal(await server.closed, undefined);
    assert.throws(() => client.openStream({}), /closed/);
  });

  it("fails its streams where the connection breaks", async () => {
    const [near, far] = duplexPair();
    const client = new SpdySession(near, { role: "client" });
    const stream = client.openStream({});
    near.destroy(new Error("cable cut"));
    await assert.rejects(readText(stream, 10), /cable cut/);
    assert.match(String(await client.closed), /cable cut/);
    far.destroy();
  });

  it("holds a sender up while its reader is slow, and loses nothing", async () => {
    const { client, accepted } = sessions();
    const stream = client.openStream({});
    const chunk = Buffer.alloc(64 * 1024, "x");
    let written = 0;
    for (let index = 0; index < 200; index++) stream.write(chunk, () => (written += chunk.length));
    stream.end();
    for (let index = 0; index < 50; index++) await turn();
    assert.ok(written < 3 * 1024 * 1024, `${written} bytes went to a reader that reads nothing`);
    let read = 0;
    accepted[0]!.on("data", (piece: Buffer) => (read += piece.length));
    await once(accepted[0]!, "end");
    assert.equal(read, 200 * chunk.length);
  });

  it("does not let one slow stream keep a small one from its reader", async () => {
    const { client, accepted } = sessions();
    const slow = client.openStream({});
    slow.write(Buffer.alloc(512 * 1024));
    const quick = client.openStream({});
    quick.end("quick");
    while (accepted.length < 2) await turn();
    assert.equal(await readText(accepted[1]!, 10), "quick");
  });

  it("keeps to a peer's windows once it shows that it has some", async () => {
    const { session, far, data } = bare("client");
    // SETTINGS with one entry: INITIAL_WINDOW_SIZE = 10.
    far.write(controlFrame(frameTypes.settings, 0, Buffer.from("00000001000000070000000a", "hex")));
    await turn();
    const stream = session.openStream({});
    stream.end("0123456789abcdefghij");
    await turn();
    assert.deepEqual(data, [{ id: 1, text: "0123456789", fin: false }]);
    far.write(numbersFrame(frameTypes.windowUpdate, 1, 4));
    await turn();
    far.write(numbersFrame(frameTypes.windowUpdate, 1, 100));
    await turn();
    assert.deepEqual(data.slice(1), [
      { id: 1, text: "abcd", fin: false },
      { id: 1, text: "efghij", fin: false },
      { id: 1, text: "", fin: true },
    ]);
  });

  it("fails what a stream still had to send when it is reset", async () => {
    const { session, far } = bare("client");
    far.write(controlFrame(frameTypes.settings, 0, Buffer.from("000000010000000700000001", "hex")));
    await turn();
    const stream = session.openStream({});
    const written = new Promise((resolve) => stream.write("more than one", resolve));
    await turn();
    far.write(numbersFrame(frameTypes.rstStream, 1, 5));
    assert.match(String(await written), /reset/);
  });

  it("refuses more than a thousand open streams", async () => {
    const { client, accepted } = sessions();
    for (let index = 0; index < 1005; index++) client.openStream({});
    await turn();
    assert.equal(accepted.length, 1000);
  });

  const writer = new SpdyHeaderWriter();
  const syn = (id: number): Buffer => {
    const head = Buffer.alloc(10);
    head.writeUInt32BE(id);
    return controlFrame(frameTypes.synStream, 0, Buffer.concat([head, writer.write({})]));
  };

  it("refuses a stream id that is not the peer's turn, or was used", async () => {
    const { far, control } = bare("server", () => true);
    for (const id of [3, 2, 1]) far.write(syn(id));
    await turn();
    const resets = control
      .filter(({ type }) => type === frameTypes.rstStream)
      .map(({ payload }) => payload.readUInt32BE(0));
    assert.deepEqual(resets, [2, 1]);
  });

  for (const [what, bytes] of [
    ["another version", Buffer.from("8002000100000000", "hex")],
    ["a control frame too long to be one", Buffer.from("8003000100ffffff", "hex")],
    ["a stream without headers", controlFrame(frameTypes.synStream, 0, Buffer.alloc(10))],
    ["a reset that is cut off", controlFrame(frameTypes.rstStream, 0, Buffer.alloc(3))],
    ["HTTP", Buffer.from("\x80GET / HTTP/1.1\r\n\r\n")],
  ] as const) {
    it(`says goodbye to a peer that sends ${what}`, async () => {
      const { session, far, control } = bare("server", () => true);
      far.write(bytes);
      assert.ok((await session.closed) instanceof Error);
      await turn();
      assert.deepEqual(control.map(({ type }) => type).includes(frameTypes.goAway), true);
    });
  }

  it("takes frames however the bytes are cut", async () => {
    const texts: string[] = [];
    const { far } = bare("server", (stream) => {
      stream.on("data", (chunk: Buffer) => texts.push(chunk.toString()));
      return true;
    });
    const own = new SpdyHeaderWriter();
    const head = Buffer.alloc(10);
    head.writeUInt32BE(1);
    const open = controlFrame(frameTypes.synStream, 0, Buffer.concat([head, own.write({ a: "b" })]));
    const data = Buffer.concat([Buffer.from("0000000100000005", "hex"), Buffer.from("hello")]);
    for (const byte of Buffer.concat([open, data])) far.write(Buffer.from([byte]));
    while (texts.join("") !== "hello") await turn();
  });

  it("survives random bytes", async () => {
    let state = 7;
    for (let round = 0; round < 200; round++) {
      const bytes = Buffer.alloc(64);
      for (let at = 0; at < bytes.length; at++)
        bytes[at] = (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) >> 16;
      const { far }: { far: Duplex } = bare("server", () => true);
      far.on("error", () => undefined);
      far.write(Buffer.concat([Buffer.from([0x80, 3, 0, round % 11]), bytes]));
      await turn();
      far.destroy();
    }
  });
});
