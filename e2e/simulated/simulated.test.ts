/** The cluster that anybody gets without root: the shipped command on the simulated runtime, with real kubectl. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createServer } from "node:net";
import { join } from "node:path";
import { execute, TestCluster } from "../cluster.ts";

const examples = join(import.meta.dirname, "..", "..", "examples", "nginx");
const bundle = join(import.meta.dirname, "..", "..", "packages", "k8ts", "dist", "k8ts.js");
const cluster = new TestCluster({ number: 4, runtime: "simulated" });

describe("a simulated cluster", { timeout: 120_000 }, () => {
  before(async () => {
    await cluster.up();
  });
  after(async () => {
    await cluster.down();
  });

  it("rolls out the example", async () => {
    assert.equal(
      await cluster.run(["apply", "-f", join(examples, "deployment.yaml")]),
      "deployment.apps/nginx-deployment created\n",
    );
    await cluster.run(["rollout", "status", "deployment/nginx-deployment", "--timeout=30s"]);
    assert.match(await cluster.run(["get", "deployments"]), /nginx-deployment +3\/3 +3 +3/);
  });

  it("says how it is", async () => {
    const { code, stdout } = await cluster.k8ts(["status"]);
    assert.equal(code, 0);
    assert.match(stdout, /state: +running \(pid \d+, \d+ MiB\), ready/);
    assert.match(stdout, /pods: +3 of 3 running/);
  });

  it("says of a pod that no node has room for why it waits, and of which generation that is", async () => {
    const resources = { requests: { cpu: "100000" } };
    const spec = { spec: { containers: [{ name: "big", image: "busybox", resources }] } };
    await cluster.run(["run", "big", "--image=busybox", `--overrides=${JSON.stringify(spec)}`]);
    const reason = '{.status.conditions[?(@.type=="PodScheduled")].reason}';
    await cluster.run(["wait", "pod/big", `--for=jsonpath=${reason}=Unschedulable`, "--timeout=30s"]);
    const { status, metadata } = JSON.parse(await cluster.run(["get", "pod", "big", "-o", "json"]));
    assert.equal(metadata.generation, 1);
    assert.equal(status.conditions[0].observedGeneration, 1);
    assert.match(status.conditions[0].message, /^0\/1 nodes are available: 1 Insufficient cpu\./);
    await cluster.run(["delete", "pod", "big"]);
  });

  it("goes on after a restart with what it had", async () => {
    assert.equal((await cluster.k8ts(["down"])).code, 0);
    assert.equal((await cluster.k8ts(["status"])).code, 3);
    assert.equal((await cluster.k8ts(["up"])).code, 0);
    await cluster.run(["rollout", "status", "deployment/nginx-deployment", "--timeout=30s"]);
  });

  it("refuses what cannot be, and says what to do", async () => {
    const cases: [string[], RegExp][] = [
      [["up", "--runtime", "docker"], /--runtime docker: use one of containerd, simulated/],
      [["up", "--name", "Not_A_Name"], /--name "Not_A_Name": use lower-case letters/],
      [["up", "--port", "99999"], /use a port, 1 to 65535/],
      [["up", "--pod-cidr", "nonsense"], /--pod-cidr nonsense: use an IPv4 range/],
      [["image", "load", "/no/such.tar"], /there is no file \/no\/such.tar/],
      [["image", "rm", "nothing:1"], /no image "nothing:1" has been loaded/],
      [["frobnicate"], /unknown command 'frobnicate'/],
      [["kubelet"], /required option '--tls-cert-file <file>' not specified/],
    ];
    for (const [args, error] of cases) {
      const output = await cluster.k8ts(args);
      assert.notEqual(output.code, 0, args.join(" "));
      assert.match(output.stderr, error);
    }
  });

  it("names the port that somebody else has", async () => {
    const other = new TestCluster({ number: 7, runtime: "simulated" });
    const blocker = createServer().listen(20_070, "0.0.0.0");
    try {
      const flags = ["--runtime", "simulated", "--port", "20070", "--kubelet-port", "20071"];
      const output = await execute(process.execPath, [bundle, "up", "--data-dir", other.directory, ...flags]);
      assert.equal(output.code, 1);
      assert.match(output.stderr, /error: port 20070 is in use by another program; stop that, or choose another/);
    } finally {
      blocker.close();
      await other.down();
    }
  });

  it("starts once: a second up finds the first", async () => {
    assert.match((await cluster.k8ts(["up"])).stdout, /runs already \(pid \d+/);
  });

  it("runs its components alone, against a kubeconfig", async () => {
    const alone = new TestCluster({ number: 5, runtime: "simulated" });
    const port = 20_050;
    const env = { K8TS_DATA_DIR: alone.directory };
    const { spawn } = await import("node:child_process");
    const children = [] as ReturnType<typeof spawn>[];
    const start = (...args: string[]): void => {
      children.push(spawn(process.execPath, [bundle, ...args], { env: { ...process.env, ...env }, stdio: "ignore" }));
    };
    try {
      start("apiserver", "--port", String(port), "--runtime", "simulated", "--storage", "memory");
      const { eventually } = await import("../cluster.ts");
      await eventually("the API server", async () => (await alone.kubectl(["get", "--raw", "/readyz"])).code === 0);
      const config = (user: string): string => join(alone.directory, "kubeconfig", `${user}.conf`);
      start("controller-manager", "--kubeconfig", config("admin"), "--pod-cidr", "10.133.0.0/16");
      start("scheduler", "--kubeconfig", config("scheduler"));
      const pki = (file: string): string => join(alone.directory, "pki", file);
      const node = ["--node-name", "alone", "--runtime", "simulated", "--kubelet-port", String(port + 1)];
      const tls = ["--tls-cert-file", pki("apiserver.crt"), "--tls-private-key-file", pki("apiserver.key")];
      start("kubelet", "--kubeconfig", config("admin"), ...node, ...tls);
      await eventually("a ready node", async () => / Ready /.test(await alone.run(["get", "nodes"])));
      await alone.run(["apply", "-f", join(examples, "deployment.yaml")]);
      await alone.run(["rollout", "status", "deployment/nginx-deployment", "--timeout=60s"]);
    } finally {
      for (const child of children.reverse()) {
        child.kill("SIGTERM");
        await new Promise((resolve) => child.once("exit", resolve));
      }
      await execute("rm", ["-rf", alone.directory]);
    }
  });
});
