import assert from "node:assert/strict";
import { duplexPair, PassThrough, Readable, Writable } from "node:stream";
import { describe, it } from "node:test";
import { copyBytes, readText } from "./copy.ts";
import { exitStatus, failureStatus, parseExitStatus } from "./exec-status.ts";

describe("copyBytes", () => {
  it("copies to the end, leaves the target open and a Duplex source writable", async () => {
    const [near, far] = duplexPair();
    const to = new PassThrough();
    far.end("all of it");
    await copyBytes(near, to);
    assert.equal(to.read().toString(), "all of it");
    assert.ok(to.writable && near.writable);
  });

  it("waits for a slow target", async () => {
    const waiting: (() => void)[] = [];
    const to = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => void waiting.push(done) });
    let read = 0;
    const from = new Readable({
      highWaterMark: 1,
      read() {
        this.push(++read > 20 ? null : Buffer.from("x"));
      },
    });
    const copied = copyBytes(from, to);
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(read < 5, `${read} chunks were read ahead`);
    let done = false;
    void copied.then(() => (done = true));
    while (!done) {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(read, 21);
  });

  it("drops the rest where the target closes", async () => {
    const to = new Writable({ write: (_chunk, _encoding, done) => done(new Error("broken pipe")) });
    await copyBytes(Readable.from([Buffer.from("a"), Buffer.from("b"), Buffer.from("c")]), to);
  });

  it("fails where the source does", async () => {
    const from = new Readable({
      read() {
        this.destroy(new Error("gone"));
      },
    });
    await assert.rejects(copyBytes(from, new PassThrough()), /gone/);
  });
});

it("readText refuses more than it was allowed", async () => {
  await assert.rejects(readText(Readable.from([Buffer.alloc(11)]), 10));
});

describe("exec statuses", () => {
  for (const [what, text, parsed] of [
    ["success", JSON.stringify(exitStatus(0)), { exitCode: 0 }],
    ["nothing", "", { exitCode: 0 }],
    ["an exit code", JSON.stringify(exitStatus(137)), { exitCode: 137 }],
    ["a failure", JSON.stringify(failureStatus("no such container")), { failure: "no such container" }],
    ["the plain text of v1", "command terminated", { failure: "command terminated" }],
  ] as const) {
    it(`read ${what}`, () => assert.deepEqual(parseExitStatus(text), parsed));
  }
});
