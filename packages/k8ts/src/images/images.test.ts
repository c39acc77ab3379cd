import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { silentLogger } from "@k8ts/api";
import { buildImage, type ImagePlan } from "./build.ts";
import { ImageLayout, nameAnnotation } from "./layout.ts";
import { ArchiveError, loadArchive } from "./load.ts";
import { familiarReference, fullReference } from "./reference.ts";
import { createRegistryServer } from "./registry.ts";

const scratch = mkdtempSync(join(tmpdir(), "k8ts-images-"));
after(() => rmSync(scratch, { recursive: true }));

let count = 0;
const file = (name: string): string => join(scratch, `${count++}-${name}`);

async function freshLayout(): Promise<ImageLayout> {
  const layout = new ImageLayout(file("layout"));
  await layout.open();
  return layout;
}

const plan = (text: string, names: string[] = ["demo:1"]): ImagePlan => ({
  names,
  architecture: "amd64",
  config: { Cmd: ["/bin/demo"] },
  files: new Map([["bin/demo", { type: "file", content: Buffer.from(text), mode: 0o755 }]]),
});

describe("image references", () => {
  const cases: [string, string][] = [
    ["nginx", "docker.io/library/nginx:latest"],
    ["nginx:1.7.9", "docker.io/library/nginx:1.7.9"],
    ["ada/app", "docker.io/ada/app:latest"],
    ["localhost/app:2", "localhost/app:2"],
    ["registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10"],
    ["host:5000/a/b", "host:5000/a/b:latest"],
    [`nginx@sha256:${"a".repeat(64)}`, `docker.io/library/nginx@sha256:${"a".repeat(64)}`],
  ];
  for (const [text, want] of cases) it(text, () => assert.equal(fullReference(text), want));
  for (const bad of ["", "UPPER", "a:b:c", "nginx@sha256:12", "a//b", "nginx:-x", "../etc"]) {
    it(`refuses "${bad}"`, () => assert.throws(() => fullReference(bad), /invalid image name/));
  }
  it("shortens", () => assert.equal(familiarReference("docker.io/library/nginx:1"), "nginx:1"));
});

describe("image archives", () => {
  it("are the same bytes for the same files", async () => {
    const [a, b] = [file("a.tar"), file("b.tar")];
    await buildImage(plan("x"), a);
    await buildImage(plan("x"), b);
    assert.ok(readFileSync(a).equals(readFileSync(b)));
  });

  it("load as OCI layouts, gzipped too, and under another name", async () => {
    const layout = await freshLayout();
    const archive = file("image.tar");
    await buildImage(plan("x", ["demo:1", "demo:2"]), archive);
    assert.deepEqual(await loadArchive(archive, layout), ["docker.io/library/demo:1", "docker.io/library/demo:2"]);
    execFileSync("gzip", ["-k", archive]);
    assert.deepEqual(await loadArchive(`${archive}.gz`, layout, ["other/name:3"]), ["docker.io/other/name:3"]);
  });

  it("load from docker save, with links between layers", async () => {
    const layout = await freshLayout();
    const directory = file("docker");
    mkdirSync(join(directory, "one"), { recursive: true });
    writeFileSync(join(directory, "one", "layer.tar"), "layer bytes");
    mkdirSync(join(directory, "two"));
    execFileSync("ln", ["-s", "../one/layer.tar", join(directory, "two", "layer.tar")]);
    writeFileSync(join(directory, "config.json"), JSON.stringify({ os: "linux", rootfs: {} }));
    const image = { Config: "config.json", RepoTags: ["saved:1"], Layers: ["one/layer.tar", "two/layer.tar"] };
    writeFileSync(join(directory, "manifest.json"), JSON.stringify([image]));
    execFileSync("tar", ["-cf", `${directory}.tar`, "-C", directory, "."]);
    assert.deepEqual(await loadArchive(`${directory}.tar`, layout), ["docker.io/library/saved:1"]);
    const target = (await layout.find("docker.io/library/saved:1"))!;
    const manifest = JSON.parse((await layout.read(target.digest)).toString());
    assert.equal(manifest.layers.length, 2);
    assert.equal(manifest.layers[0].digest, manifest.layers[1].digest);
  });

  const broken: [string, (target: string) => void, RegExp][] = [
    [
      "no archive at all",
      (target) => writeFileSync(target, "not a tar, not a tar, not a tar".repeat(40)),
      /not a readable tar|neither/,
    ],
    [
      "an archive without images",
      (target) => execFileSync("tar", ["-cf", target, "-C", "/etc", "hostname"]),
      /neither an OCI layout nor/,
    ],
  ];
  for (const [name, make, error] of broken) {
    it(`refuses ${name}`, async () => {
      const target = file("broken.tar");
      make(target);
      await assert.rejects(loadArchive(target, await freshLayout()), (thrown: Error) => {
        assert.ok(thrown instanceof ArchiveError);
        assert.match(thrown.message, error);
        return true;
      });
    });
  }

  it("removing an image removes the blobs that nothing else names", async () => {
    const layout = await freshLayout();
    const [one, two] = [file("one.tar"), file("two.tar")];
    await buildImage(plan("one", ["one:1"]), one);
    await buildImage(plan("two", ["two:1"]), two);
    await loadArchive(one, layout);
    await loadArchive(two, layout);
    const [first, second] = await layout.images();
    assert.equal(await layout.remove("docker.io/library/one:1"), true);
    assert.equal(await layout.remove("docker.io/library/one:1"), false);
    assert.equal(await layout.size(first!.digest), undefined);
    assert.notEqual(await layout.size(second!.digest), undefined);
    assert.deepEqual(
      (await layout.images()).map((image) => image.annotations?.[nameAnnotation]),
      ["docker.io/library/two:1"],
    );
  });
});

describe("the embedded registry", () => {
  it("serves manifests by tag and digest, blobs with ranges, and refuses the rest", async () => {
    const layout = await freshLayout();
    const archive = file("served.tar");
    await buildImage(plan("served"), archive);
    await loadArchive(archive, layout);
    const server = createRegistryServer({ layout, port: 0, logger: silentLogger });
    await server.start();
    try {
      const fetchPath = (path: string, init?: RequestInit): Promise<Response> => fetch(`${server.url}${path}`, init);
      assert.equal((await fetchPath("/v2/")).status, 200);
      const byTag = await fetchPath("/v2/library/demo/manifests/1?ns=docker.io");
      assert.equal(byTag.status, 200);
      const digest = byTag.headers.get("docker-content-digest")!;
      const manifest = (await byTag.json()) as { layers: { digest: string; size: number }[] };
      assert.equal((await fetchPath(`/v2/library/demo/manifests/${digest}`)).status, 200);
      const blob = `/v2/library/demo/blobs/${manifest.layers[0]!.digest}`;
      const whole = Buffer.from(await (await fetchPath(blob)).arrayBuffer());
      assert.equal(whole.length, manifest.layers[0]!.size);
      const part = await fetchPath(blob, { headers: { range: "bytes=2-5" } });
      assert.equal(part.status, 206);
      assert.deepEqual(Buffer.from(await part.arrayBuffer()), whole.subarray(2, 6));
      assert.equal((await fetchPath(blob, { method: "HEAD" })).headers.get("content-length"), String(whole.length));
      assert.equal((await fetchPath("/v2/library/demo/manifests/1?ns=quay.io")).status, 404);
      assert.equal((await fetchPath("/v2/library/demo/blobs/sha256:../../../etc/passwd")).status, 404);
      assert.equal((await fetchPath("/v2/library/demo/blobs/uploads/", { method: "POST" })).status, 405);
    } finally {
      await server.stop();
    }
  });
});
