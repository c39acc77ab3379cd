import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { silentLogger, VirtualClock } from "@k8ts/api";
import { LogRotation } from "./rotate-logs.ts";

describe("LogRotation", () => {
  let directory = "";
  let path = "";
  let reopened: string[] = [];
  let reopen: (id: string) => Promise<void>;
  let clock: VirtualClock;

  const rotation = (): LogRotation =>
    new LogRotation({
      logs: () => [{ containerId: "c", path }],
      reopen: (id) => reopen(id),
      clock,
      logger: silentLogger,
      maxSize: 100,
      maxFiles: 4,
    });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "k8ts-rotate-"));
    path = join(directory, "0.log");
    reopened = [];
    clock = new VirtualClock(Date.UTC(2026, 0, 2, 3, 4, 5));
    reopen = async (id) => {
      reopened.push(id);
      await writeFile(path, "");
    };
  });

  afterEach(() => rm(directory, { recursive: true }));

  it("leaves a log alone until it has reached its size", async () => {
    await writeFile(path, "x".repeat(99));
    await rotation().look();
    assert.deepEqual([await readdir(directory), reopened], [["0.log"], []]);
  });

  it("renames it by the time, compresses the one before and removes the oldest", async () => {
    const own = rotation();
    for (let round = 0; round < 5; round++) {
      await writeFile(path, `${round}`.repeat(100));
      await own.look();
      await clock.advance(60_000);
    }
    await own.stop();
    const files = (await readdir(directory)).sort();
    assert.deepEqual(files, ["0.log", "0.log.20260102-030605.gz", "0.log.20260102-030705.gz", "0.log.20260102-030805"]);
    assert.equal(gunzipSync(await readFile(join(directory, files[1]!))).toString(), "2".repeat(100));
    assert.equal(reopened.length, 5);
  });

  it("removes what a rotation that was cut short left", async () => {
    await writeFile(path, "x".repeat(100));
    for (const name of ["20250101-000000.tmp", "20250101-000001", "20250101-000001.gz"]) {
      await writeFile(`${path}.${name}`, "old");
    }
    await rotation().look();
    assert.deepEqual((await readdir(directory)).sort(), ["0.log", "0.log.20250101-000001.gz", "0.log.20260102-030405"]);
  });

  it("takes the renaming back where the runtime does not reopen the log", async () => {
    await writeFile(path, "x".repeat(100));
    reopen = () => Promise.reject(new Error("away"));
    await rotation().look();
    assert.deepEqual(await readdir(directory), ["0.log"]);
  });

  it("has a log that is gone made again", async () => {
    await rotation().look();
    assert.deepEqual(reopened, ["c"]);
  });

  it("looks every ten seconds, sooner where a log grows fast, and no more once it is stopped", async () => {
    const own = rotation();
    await writeFile(path, "");
    own.start();
    assert.equal(clock.next, clock.now() + 10_000);
    await clock.advance(10_000);
    await own.look();
    await clock.advance(1000);
    await writeFile(path, "x".repeat(50));
    await own.look();
    // Fifty bytes a second: the other fifty are there in a second.
    assert.equal(clock.next, clock.now() + 1000);
    await own.stop();
    assert.equal(clock.pending, 0);
  });
});
