/** Files for containers: written whole or not at all, owned as asked, and never outside their volume. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { after, test } from "node:test";
import { silentLogger, VirtualClock } from "@k8ts/api";
import { configMaps } from "@k8ts/api/core/v1";
import { bindInside } from "../filesystem/bind-inside.ts";
import { realFilesystem } from "../filesystem/real-filesystem.ts";
import { NodeApi } from "../testing/node-api.ts";
import { podOf } from "../testing/observed.ts";
import { writeAtomically } from "./atomic-writer.ts";
import { setUpEmptyDir, setUpHostPath } from "./directory-volumes.ts";
import type { Payload } from "./payload.ts";
import { volumePayload } from "./payload-sources.ts";
import { watchReferencedObjects } from "./referenced-objects.ts";
import type { SetUpContext } from "./set-up-context.ts";

const scratch = await mkdtemp("/tmp/k8ts-volumes-");
after(() => rm(scratch, { recursive: true, force: true }));
const asRoot = process.getuid?.() === 0 ? false : "needs root";

const payload = (files: Record<string, string>, mode = 0o644): Payload =>
  new Map(Object.entries(files).map(([path, text]) => [path, { content: Buffer.from(text), mode }]));

async function volume(name: string): Promise<string> {
  const directory = `${scratch}/${name}`;
  await mkdir(directory);
  return directory;
}

test("a payload is swapped as a whole", async () => {
  const directory = await volume("swap");
  await writeAtomically(realFilesystem, directory, payload({ a: "1", "sub/b": "2" }), "first", undefined);
  assert.equal(await readlink(`${directory}/..data`), "..first");
  assert.equal(await readlink(`${directory}/a`), "..data/a");
  assert.equal(await readFile(`${directory}/sub/b`, "utf8"), "2");
  await writeAtomically(realFilesystem, directory, payload({ a: "3", c: "4" }, 0o400), "second", undefined);
  assert.deepEqual((await readdir(directory)).sort(), ["..data", "..second", "a", "c"]);
  assert.equal(await readFile(`${directory}/a`, "utf8"), "3");
  assert.equal((await stat(`${directory}/c`)).mode & 0o777, 0o400);
});

test("an interrupted write is taken up again", async () => {
  const directory = await volume("interrupted");
  await symlink("..half", `${directory}/..data_tmp`);
  await mkdir(`${directory}/..half`);
  await writeAtomically(realFilesystem, directory, payload({ a: "1" }), "whole", undefined);
  assert.equal(await readFile(`${directory}/a`, "utf8"), "1");
});

test("a payload cannot leave its volume", async () => {
  const directory = await volume("escape");
  for (const path of ["../x", "a/../../x", "/etc/passwd", "..data", ""])
    await assert.rejects(
      writeAtomically(realFilesystem, directory, payload({ [path]: "" }), "s", undefined),
      /invalid path/,
    );
});

test("fsGroup owns what is written", { skip: asRoot }, async () => {
  const directory = await volume("group");
  const ownership = { fsGroup: 4321, readOnly: true, onlyOnRootMismatch: false };
  await writeAtomically(realFilesystem, directory, payload({ a: "1" }, 0o600), "s", ownership);
  const file = await stat(`${directory}/a`);
  assert.deepEqual([file.gid, file.mode & 0o777], [4321, 0o640]);
  const data = await stat(`${directory}/..s`);
  assert.equal(data.mode & 0o2070, 0o2050);
  const root = await stat(directory);
  assert.deepEqual([root.gid, root.mode & 0o2070], [4321, 0o2050]);
});

const pod = podOf(["a"]);
const context = { pod, files: realFilesystem } as unknown as SetUpContext;

test("emptyDir is for everybody, and a tmpfs where asked", { skip: asRoot }, async () => {
  const disk = `${scratch}/disk`;
  await setUpEmptyDir({}, disk, context);
  assert.equal((await stat(disk)).mode & 0o777, 0o777);
  const memory = `${scratch}/memory`;
  await setUpEmptyDir({ medium: "Memory", sizeLimit: "1Mi" }, memory, context);
  await setUpEmptyDir({ medium: "Memory", sizeLimit: "1Mi" }, memory, context);
  const mounts = await realFilesystem.mountsBelow(memory);
  assert.deepEqual(mounts, [memory]);
  assert.equal((await stat(memory)).mode & 0o7777, 0o1777);
  assert.equal((await realFilesystem.room(memory)).capacityBytes, 2 ** 20);
  await realFilesystem.unmount(memory);
  await assert.rejects(setUpEmptyDir({ medium: "Tape" }, `${scratch}/tape`, context), /unknown storage medium "Tape"/);
});

test("hostPath types", async () => {
  const directory = await volume("host");
  await writeFile(`${directory}/file`, "");
  const check = (path: string, type: string) => setUpHostPath({ path: `${directory}${path}`, type }, realFilesystem);
  await check("", "Directory");
  await check("/file", "File");
  await check("/made", "DirectoryOrCreate");
  assert.ok((await stat(`${directory}/made`)).isDirectory());
  await check("/made-file", "FileOrCreate");
  await check("/nothing", "");
  await assert.rejects(check("/file", "Directory"), {
    message: `hostPath type check failed: ${directory}/file is not a directory`,
  });
  await assert.rejects(check("/nothing", "Socket"), /is not a socket file/);
});

test("a subPath is bound, made where it is missing, and never leads outside", { skip: asRoot }, async () => {
  const root = await volume("subpath");
  await writeFile(`${scratch}/secret-of-the-node`, "secret");
  await mkdir(`${root}/dir`);
  await writeFile(`${root}/dir/file`, "inside");
  await symlink("../../secret-of-the-node", `${root}/dir/out`);
  await symlink("/etc", `${root}/etc`);
  await symlink("dir", `${root}/in`);
  const target = `${scratch}/targets/0`;
  const bound = async (subPath: string): Promise<string> => {
    await bindInside(root, subPath, target, 0o755);
    const text = (await stat(target)).isDirectory()
      ? (await readdir(target)).sort().join()
      : await readFile(target, "utf8");
    execFileSync("umount", [target]);
    await rm(target, { recursive: true });
    return text;
  };
  assert.equal(await bound("dir/file"), "inside");
  assert.equal(await bound("in"), "file,out");
  assert.equal(await bound("new/deep"), "");
  assert.ok((await lstat(`${root}/new/deep`)).isDirectory());
  // As the volume's root, whatever the umask.
  await bindInside(root, "open", target, 0o3777);
  assert.equal((await lstat(`${root}/open`)).mode & 0o7777, 0o3777);
  execFileSync("umount", [target]);
  await rm(target, { recursive: true });
  for (const path of ["dir/out", "etc", "etc/passwd", "../x", "etc/new"])
    await assert.rejects(bindInside(root, path, target, 0o755), path);
  await assert.rejects(lstat("/etc/new"));
});

test("items, modes and optional keys", async () => {
  const map = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {},
    data: { a: "1", b: "2" },
    binaryData: { c: "AP8=" },
  };
  const object = (async (_: unknown, name: string) => (name === "map" ? map : undefined)) as SetUpContext["object"];
  const read = async (volume: Parameters<typeof volumePayload>[0]) => {
    const found = await volumePayload(volume, { ...context, object } as SetUpContext);
    return [...found!].map(
      ([path, { content, mode }]) => `${path} ${mode.toString(8)} ${Buffer.from(content).toString("hex")}`,
    );
  };
  assert.deepEqual(await read({ name: "v", configMap: { name: "map" } }), ["a 644 31", "b 644 32", "c 644 00ff"]);
  const items = [{ key: "b", path: "x/y", mode: 0o600 }];
  assert.deepEqual(await read({ name: "v", configMap: { name: "map", items, defaultMode: 0o440 } }), ["x/y 600 32"]);
  assert.deepEqual(await read({ name: "v", configMap: { name: "none", optional: true } }), []);
  await assert.rejects(read({ name: "v", configMap: { name: "none" } }), { message: 'configmap "none" not found' });
  const missing = { name: "v", configMap: { name: "map", items: [{ key: "z", path: "z" }] } };
  await assert.rejects(read(missing), { message: "configmap references non-existent config key: z" });
  await assert.rejects(
    read({ name: "v", projected: { sources: [{ secret: { name: "s" } }, { configMap: { name: "n" } }] } }),
    {
      message: '[secret "s" not found, configmap "n" not found]',
    },
  );
});

test("objects are watched once, as long as somebody holds them", async () => {
  const clock = new VirtualClock();
  const api = new NodeApi(clock);
  const objects = watchReferencedObjects({ client: api.client, clock, logger: silentLogger });
  let changes = 0;
  const first = objects.hold(configMaps, "default", "map", () => changes++);
  const second = objects.hold(configMaps, "default", "map", () => changes++);
  assert.equal(await first.current(), undefined);
  assert.equal(api.watchers, 1);
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "default" } } as const;
  await api.client.create(configMaps, { ...object, metadata: { ...object.metadata, name: "other" } });
  assert.equal(changes, 0);
  await api.client.create(configMaps, { ...object, metadata: { ...object.metadata, name: "map" }, data: { a: "1" } });
  assert.equal(changes, 2);
  assert.deepEqual((await second.current())?.data, { a: "1" });
  // The watch breaks, and the object changes meanwhile.
  api.fault = () => Promise.reject(new Error("down"));
  api.cutWatches(new Error("broken"));
  await clock.advance(2_000);
  api.fault = undefined;
  await api.client.patch(configMaps, { namespace: "default", name: "map" }, { data: { a: "2" } });
  await clock.advance(60_000);
  assert.deepEqual((await first.current())?.data, { a: "2" });
  assert.equal(changes, 4);
  first.release();
  assert.equal(api.watchers, 1);
  second.release();
  second.release();
  assert.equal(api.watchers, 0);
  objects.stop();
});
