import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { realClock, silentLogger } from "@k8ts/api";
import type { Secret } from "@k8ts/api/core/v1";
import type { ContainerRuntime } from "../runtimes/runtime.ts";
import { parseImageName, withDefaultTag } from "./image-name.ts";
import { pullCredentials } from "./pull-credentials.ts";
import { realFilesystem } from "../filesystem/real-filesystem.ts";
import { PullQueue } from "./pull-queue.ts";
import { PullRecords } from "./pull-records.ts";

test("image references", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  for (const [image, repository, tag, found] of [
    ["nginx", "docker.io/library/nginx", "latest", ""],
    ["nginx:1.7.9", "docker.io/library/nginx", "1.7.9", ""],
    ["me/app", "docker.io/me/app", "latest", ""],
    ["localhost/pause:1", "localhost/pause", "1", ""],
    ["localhost:5000/app", "localhost:5000/app", "latest", ""],
    ["quay.io/a/b/c:v1", "quay.io/a/b/c", "v1", ""],
    ["index.docker.io/library/x", "docker.io/library/x", "latest", ""],
    [`gcr.io/a@${digest}`, "gcr.io/a", "", digest],
    [`gcr.io/a:1@${digest}`, "gcr.io/a", "1", digest],
  ] as const)
    assert.deepEqual(parseImageName(image), { repository, tag, digest: found }, image);
  for (const bad of ["", "Nginx", "a b", "nginx:", "nginx:ta g", "http://x/y", "a".repeat(0) + "-x", "f".repeat(64)])
    assert.throws(() => parseImageName(bad), /^Error: couldn't parse image name/, bad);
  assert.equal(withDefaultTag("localhost:5000/app"), "localhost:5000/app:latest");
  assert.equal(withDefaultTag(`a@${digest}`), `a@${digest}`);
});

const secret = (auths: object, key = ".dockerconfigjson"): Secret => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: {},
  data: { [key]: Buffer.from(JSON.stringify(key === ".dockercfg" ? auths : { auths })).toString("base64") },
});
const auth = (text: string) => ({ auth: Buffer.from(text).toString("base64") });

test("credentials are found by registry, path and wildcard, the longest first", () => {
  const secrets = [
    secret({
      "https://index.docker.io/v1/": auth("hub:1"),
      "quay.io": auth("quay:2"),
      "quay.io/team": auth("team:3"),
      "*.example.com": { username: "wild", password: "4" },
    }),
    secret({ "legacy.io": auth("old:5") }, ".dockercfg"),
    { apiVersion: "v1", kind: "Secret", metadata: {}, data: { ".dockerconfigjson": "bm90IGpzb24=" } } as Secret,
  ];
  const users = (image: string) => pullCredentials(image, secrets).map(({ username }) => username);
  assert.deepEqual(users("nginx"), ["hub"]);
  assert.deepEqual(users("quay.io/team/app:1"), ["team", "quay"]);
  assert.deepEqual(users("quay.io/other/app"), ["quay"]);
  assert.deepEqual(users("a.example.com/x"), ["wild"]);
  assert.deepEqual(users("a.b.example.com/x"), []);
  assert.deepEqual(users("legacy.io/x"), ["old"]);
});

test("a private image is only for those who could pull it, also after a restart", async (context) => {
  const directory = await mkdtemp("/tmp/k8ts-pulls-");
  context.after(() => rm(directory, { recursive: true }));
  const records = () => new PullRecords(realFilesystem, `${directory}/pulled.json`, silentLogger);
  const alice = { username: "alice", password: "1" };
  const bob = { username: "bob", password: "2" };
  const may = (of: PullRecords, image: string, ...auths: (typeof alice)[]) => of.permits(image, async () => auths);
  const first = records();
  assert.equal(await may(first, "preloaded"), true);
  await first.pulled("private", alice);
  await first.pulled("public", undefined);
  for (const one of [first, records()]) {
    assert.equal(await may(one, "private"), false);
    assert.equal(await may(one, "private", bob), false);
    assert.equal(await may(one, "private", bob, alice), true);
    assert.equal(await may(one, "public"), true);
  }
  await first.pulled("private", bob);
  assert.equal(await may(records(), "private", bob), true);
  assert.ok(!(await readFile(`${directory}/pulled.json`, "utf8")).includes("alice"));
  await writeFile(`${directory}/pulled.json`, "not json");
  assert.equal(await may(records(), "private"), true);
});

test("pulls of one image are one pull, and wait their turn", async () => {
  let pulls = 0;
  let active = 0;
  let most = 0;
  const runtime = {
    async pullImage(image: string) {
      pulls++;
      most = Math.max(most, ++active);
      await new Promise((resolve) => setImmediate(resolve));
      active--;
      if (image === "bad") throw new Error("no");
      return image;
    },
  } as unknown as ContainerRuntime;
  const queue = new PullQueue(runtime, realClock, 1);
  const names = ["a", "a", "b", "bad", "c"];
  const results = await Promise.allSettled(names.map((name) => queue.pull(name, undefined, undefined)));
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "fulfilled", "fulfilled", "rejected", "fulfilled"],
  );
  assert.deepEqual([pulls, most], [4, 1]);
});
