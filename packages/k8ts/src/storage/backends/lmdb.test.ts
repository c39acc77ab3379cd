import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { silentLogger, VirtualClock } from "@k8ts/api";
import { storageContract } from "../contract.ts";
import { type Storage, StorageError } from "../storage.ts";
import { openLmdbStorage } from "./lmdb.ts";

const directories: string[] = [];
const directory = (): string => {
  const path = mkdtempSync(join(tmpdir(), "k8ts-lmdb-"));
  directories.push(path);
  return path;
};
after(() => directories.forEach((path) => rmSync(path, { recursive: true, force: true })));

const needsRoot = { skip: process.getuid?.() === 0 ? false : "mounting a small disk takes root" };

const open = (path: string): Promise<Storage> =>
  openLmdbStorage({ directory: path, clock: new VirtualClock(), logger: silentLogger });

storageContract({
  name: "lmdb",
  open: (options) => openLmdbStorage({ directory: directory(), logger: silentLogger, ...options }),
});

test("reopened, the store is where it was left, with index and revision", async () => {
  const path = directory();
  const first = await open(path);
  await first.commit([{ key: "/registry/pods/a/b", value: Buffer.from("{}"), index: "app=x" }]);
  await first.commit([{ key: "/registry/pods/a/c", value: Buffer.from("{}") }]);
  await first.commit([{ key: "/registry/pods/a/c", value: undefined }]);
  await first.close();
  const second = await open(path);
  assert.equal(await second.revision(), 4);
  const { values } = await second.list("/");
  assert.deepEqual(
    values.map(({ key, revision, index }) => [key, revision, index]),
    [["/registry/pods/a/b", 2, "app=x"]],
  );
  await assert.rejects(second.list("/", { revision: 3 }), { code: "Compacted" });
  assert.equal(await second.commit([{ key: "/x", value: Buffer.from("1") }]), 5);
  await second.close();
});

test("a directory that another process has open is refused; a dead owner's is taken over", async () => {
  const path = directory();
  const mine = await open(path);
  await assert.rejects(open(path), (error: Error) => {
    assert.ok(error instanceof StorageError);
    assert.equal(error.message, `${path} is in use by process ${process.pid}`);
    return error.code === "Unavailable";
  });
  await mine.close();
  writeFileSync(join(path, "owner"), "1999999999 5\n");
  const next = await open(path);
  assert.match(readFileSync(join(path, "owner"), "utf8"), new RegExp(`^${process.pid} `));
  await next.close();
});

test("a full disk refuses writes, loses nothing, and the store works on once there is room", needsRoot, async () => {
  const disk = directory();
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]);
  try {
    const storage = await open(disk);
    const stored = await fillUp(storage);
    assert.ok(stored > 20, `${stored} values fit`);
    assert.equal(await storage.revision(), stored + 1);
    assert.equal((await storage.list("/")).values.length, stored);
    execFileSync("mount", ["-o", "remount,size=8m", disk]);
    assert.equal(await storage.commit([{ key: "/late", value: Buffer.alloc(20_000, "y") }]), stored + 2);
    await storage.close();
    const again = await open(disk);
    assert.equal(await again.revision(), stored + 2);
    assert.equal((await again.list("/")).values.length, stored + 1);
    await again.close();
  } finally {
    execFileSync("umount", ["-l", disk]);
  }
});

/** Writes until the disk is full, and a few more times; returns how many writes were acknowledged. */
async function fillUp(storage: Storage): Promise<number> {
  let stored = 0;
  for (let failures = 0; failures < 5;) {
    try {
      await storage.commit([{ key: `/k${stored}`, value: Buffer.alloc(20_000, "x") }]);
      stored++;
    } catch (error) {
      assert.ok(error instanceof StorageError && error.code === "Unavailable", String(error));
      failures++;
    }
  }
  return stored;
}

test("a process that is killed under load loses no write that it acknowledged", { timeout: 30_000 }, async () => {
  const path = directory();
  for (let round = 0; round < 2; round++) {
    const acknowledged = await killUnderLoad(path, round);
    const storage = await open(path);
    assert.ok(acknowledged.size > 50, `only ${acknowledged.size} writes before the kill`);
    for (const [key, written] of acknowledged) {
      const stored = await storage.get(key);
      assert.ok(stored && stored.revision >= written, `${key} of revision ${written} is lost`);
    }
    const newest = Math.max(...acknowledged.values());
    assert.ok((await storage.revision()) >= newest);
    await storage.close();
  }
});

/** Runs a writer in a process of its own, kills it in the middle, and returns what it had acknowledged. */
async function killUnderLoad(path: string, round: number): Promise<Map<string, number>> {
  const writer = new URL("./testdata/lmdb-writer.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--conditions=source", writer, path, String(round)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const acknowledged = new Map<string, number>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [key = "", revision = ""] = line.split(" ");
    acknowledged.set(key, Number(revision));
    if (acknowledged.size === 400) child.kill("SIGKILL");
  }
  await exited;
  return acknowledged;
}
