import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { containerdConfig } from "./containerd.ts";
import { defaultDataDirectory, hostLayout } from "./layout.ts";
import { cniTemplate } from "./network.ts";
import { cgroupDirectories, mountsBelow } from "./teardown.ts";

describe("the host's layout", () => {
  it("keeps everything below the data directory", () => {
    const paths = JSON.stringify(hostLayout("/data")).match(/"\/[^"]*"/g)!;
    assert.deepEqual(
      paths.filter((path) => !path.startsWith('"/data')),
      [],
    );
  });

  const cases: [string, Record<string, string>, boolean, string][] = [
    ["root's is the system's", { HOME: "/root" }, true, "/var/lib/k8ts"],
    ["a user's is below home", { HOME: "/home/ada" }, false, "/home/ada/.local/share/k8ts"],
    ["XDG moves it", { HOME: "/home/ada", XDG_DATA_HOME: "/data" }, false, "/data/k8ts"],
    ["K8TS_DATA_DIR wins", { K8TS_DATA_DIR: "/elsewhere" }, true, "/elsewhere"],
  ];
  for (const [name, env, isRoot, want] of cases) {
    it(name, () => assert.equal(defaultDataDirectory(env, isRoot), want));
  }
});

describe("containerd's configuration", () => {
  const config = containerdConfig({ layout: hostLayout('/da"ta'), sandboxImage: "pause:1" });

  it("touches nothing outside the data directory", () => {
    const paths = [...config.matchAll(/"((?:\\.|[^"\\])*)"/g)]
      .map((match) => match[1]!)
      .filter((text) => text.startsWith("/"));
    const foreign = paths.filter((path) => !path.startsWith('/da\\"ta/') && !/^\/(usr|opt)\//.test(path));
    assert.deepEqual(foreign, []);
  });

  it("names the sandbox image and quotes what needs it", () => {
    assert.match(config, /sandbox_image = "pause:1"/);
    assert.match(config, /^root = "\/da\\"ta\/containerd\/root"$/m);
  });
});

describe("the pod network", () => {
  it("gives addresses from a directory of its own and leaves masquerading to the proxy", () => {
    const { plugins } = cniTemplate(hostLayout("/data"), "k8ts0") as { plugins: any[] };
    assert.equal(plugins[0].bridge, "k8ts0");
    assert.equal(plugins[0].ipMasq, false);
    assert.equal(plugins[0].ipam.dataDir, "/data/cni/data");
    assert.equal(plugins[0].ipam.ranges[0][0].subnet, "{{.PodCIDR}}");
  });
});

describe("teardown", () => {
  it("finds mounts below a directory, deepest first, with escaped names", () => {
    const mountInfo = [
      "30 1 0:5 / /data rw - tmpfs tmpfs rw",
      "31 30 0:6 / /data/kubelet/a\\040b rw - tmpfs tmpfs rw",
      "32 1 0:7 / /database rw - tmpfs tmpfs rw",
      "",
    ].join("\n");
    assert.deepEqual(mountsBelow("/data", mountInfo), ["/data/kubelet/a b", "/data"]);
  });

  it("finds a cgroup in every v1 hierarchy, or in v2's one", () => {
    const root = mkdtempSync(join(tmpdir(), "k8ts-cgroup-"));
    try {
      mkdirSync(join(root, "memory", "k8ts"), { recursive: true });
      mkdirSync(join(root, "cpu", "k8ts"), { recursive: true });
      mkdirSync(join(root, "pids"));
      assert.deepEqual(cgroupDirectories("/k8ts", root).sort(), [
        join(root, "cpu", "k8ts"),
        join(root, "memory", "k8ts"),
      ]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
