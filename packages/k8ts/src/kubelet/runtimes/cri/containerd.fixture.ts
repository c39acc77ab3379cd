/**
 * A containerd of its own for tests: own mount and process namespaces, own root, state, socket and cgroup parent, and
 * images made of the machine's own programs, so that no network is needed. Ending it leaves nothing behind.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { access, mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { realClock } from "@k8ts/api";

const run = promisify(execFile);

/** The programs in the test image; each stands in /bin, with the libraries it needs. */
const programs = ["sh", "sleep", "cat", "echo", "env", "stty", "true", "false", "ls", "dd", "tar", "perl", "seq", "rm"];

/** The name of the test image. */
export const testImage = "registry.k8ts.test/tools:1";

/** A running containerd. */
export interface TestContainerd {
  readonly directory: string;
  readonly socket: string;
  readonly cgroupParent: string;
  /** Kills containerd alone; containers stay. */
  killDaemon(): Promise<void>;
  startDaemon(): Promise<void>;
  stop(): Promise<void>;
}

/** Why this machine cannot run it; undefined where it can. */
export async function cannotRunContainerd(): Promise<string | undefined> {
  if (process.platform !== "linux") return "containerd runs on Linux only";
  if (process.getuid?.() !== 0) return "containerd needs root";
  for (const program of [
    "/usr/bin/containerd",
    "/usr/bin/ctr",
    "/usr/bin/unshare",
    "/usr/bin/nsenter",
    "/usr/lib/cni/ptp",
  ]) {
    const missing = await access(program).then(
      () => false,
      () => true,
    );
    if (missing) return `${program} is not installed`;
  }
  return undefined;
}

/** Starts containerd in a directory under the system's temporary one; about a second. */
export async function startTestContainerd(): Promise<TestContainerd> {
  const directory = await mkdtemp(join(tmpdir(), "k8ts-containerd-"));
  const socket = join(directory, "containerd.sock");
  const cgroupParent = `/${basename(directory)}`;
  await writeConfig(directory);
  await buildImages(directory);
  const namespace = spawn(
    "unshare",
    [
      "--pid",
      "--fork",
      "--mount-proc",
      "--mount",
      "--propagation",
      "slave",
      "--ipc",
      "--uts",
      "--kill-child=KILL",
    ].concat([
      "sh",
      "-c",
      "mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/lib && echo ready; exec perl -e 'while (1) { while (waitpid(-1, 1) > 0) {} select(undef, undef, undef, 0.1) }'",
    ]),
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  await once(namespace.stdout!, "data");
  const init = await childOf(namespace.pid!);
  let daemon = await startDaemon(directory, init);
  await run("ctr", ["-a", socket, "-n", "k8s.io", "images", "import", join(directory, "images.tar")]);
  const killDaemon = async (): Promise<void> => {
    // nsenter waits for containerd, its child, and ends with it.
    process.kill(await childOf(daemon.pid!), "SIGKILL");
    await ended(daemon);
  };
  return {
    directory,
    socket,
    cgroupParent,
    killDaemon,
    startDaemon: async () => void (daemon = await startDaemon(directory, init)),
    async stop() {
      process.kill(init, "SIGKILL");
      await ended(namespace);
      await ended(daemon);
      await removeCgroups(cgroupParent);
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

async function childOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim());
}

/** Resolves when it answers. It dies with the namespace's init, too. */
async function startDaemon(directory: string, init: number): Promise<ChildProcess> {
  const config = join(directory, "config.toml");
  const daemon = spawn("nsenter", ["-t", String(init), "-m", "-p", "-i", "-u", "--", "containerd", "-c", config], {
    stdio: "ignore",
  });
  const socket = join(directory, "containerd.sock");
  for (let attempt = 0; attempt < 200; attempt++) {
    const answered = await run("ctr", ["-a", socket, "--connect-timeout", "100ms", "version"]).then(
      () => true,
      () => false,
    );
    if (answered) return daemon;
    await realClock.sleep(25);
  }
  throw new Error(
    `containerd did not start: ${await readFile(join(directory, "containerd.log"), "utf8").catch(() => "")}`,
  );
}

async function writeConfig(directory: string): Promise<void> {
  await mkdir(join(directory, "cni/net.d"), { recursive: true });
  await mkdir(join(directory, "logs"), { recursive: true });
  const plugin = {
    type: "ptp",
    ipMasq: false,
    ipam: { type: "host-local", dataDir: join(directory, "cni/ipam"), ranges: [[{ subnet: "10.213.77.0/24" }]] },
  };
  const list = { cniVersion: "0.4.0", name: "k8ts-test", plugins: [plugin] };
  await writeFile(join(directory, "cni/net.d/10-test.conflist"), JSON.stringify(list));
  await writeFile(
    join(directory, "config.toml"),
    `version = 2
root = "${directory}/root"
state = "${directory}/state"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "${directory}/containerd.sock"
[ttrpc]
  address = "${directory}/containerd.sock.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8ts.test/pause:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${directory}/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        Root = "${directory}/state/runc"
`,
  );
}

async function buildImages(directory: string): Promise<void> {
  const root = join(directory, "rootfs");
  await mkdir(join(root, "bin"), { recursive: true });
  for (const each of ["tmp", "etc", "proc", "sys", "dev"]) await mkdir(join(root, each), { recursive: true });
  const files = new Set<string>();
  for (const program of programs) {
    const { stdout: path } = await run("sh", ["-c", `command -v ${program}`]);
    const real = (
      await run("readlink", ["-f", path.trim() === program ? `/bin/${program}` : path.trim()])
    ).stdout.trim();
    await run("cp", [real, join(root, "bin", program)]);
    const { stdout: libraries } = await run("ldd", [real]);
    for (const [file] of libraries.matchAll(/\/\S+(?= \()/g)) files.add(file);
  }
  for (const file of files) {
    await mkdir(join(root, file, ".."), { recursive: true });
    await run("cp", ["-L", file, join(root, file)]);
  }
  const layout = join(directory, "layout");
  await mkdir(join(layout, "blobs/sha256"), { recursive: true });
  await run("tar", ["--owner=0", "--group=0", "-cf", join(directory, "layer.tar"), "-C", root, "."]);
  const layer = await putBlob(layout, await readFile(join(directory, "layer.tar")), "layer.v1.tar");
  const manifests = [];
  for (const [name, command] of [
    [testImage, ["/bin/sh"]],
    ["registry.k8ts.test/pause:1", ["/bin/sleep", "infinity"]],
  ] as const) {
    const settings = { architecture: process.arch === "x64" ? "amd64" : process.arch, os: "linux" };
    const config = {
      ...settings,
      config: { Cmd: command, Env: ["PATH=/bin"] },
      rootfs: { type: "layers", diff_ids: [layer.digest] },
    };
    const configBlob = await putBlob(layout, Buffer.from(JSON.stringify(config)), "config.v1+json");
    const manifest = {
      schemaVersion: 2,
      mediaType: `${mediaTypes}manifest.v1+json`,
      config: configBlob,
      layers: [layer],
    };
    const blob = await putBlob(layout, Buffer.from(JSON.stringify(manifest)), "manifest.v1+json");
    manifests.push({ ...blob, annotations: { "io.containerd.image.name": name } });
  }
  await writeFile(join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
  await run("tar", ["-cf", join(directory, "images.tar"), "-C", layout, "."]);
}

const mediaTypes = "application/vnd.oci.image.";

async function putBlob(
  layout: string,
  bytes: Buffer,
  type: string,
): Promise<{ mediaType: string; digest: string; size: number }> {
  const hash = createHash("sha256").update(bytes).digest("hex");
  await writeFile(join(layout, "blobs/sha256", hash), bytes);
  return { mediaType: mediaTypes + type, digest: `sha256:${hash}`, size: bytes.length };
}

/** Removes what runc leaves of the containers' cgroups, in every hierarchy, leaves first. */
async function removeCgroups(parent: string): Promise<void> {
  const hierarchies = await readdir("/sys/fs/cgroup").catch(() => []);
  for (const hierarchy of ["", ...hierarchies]) await removeCgroup(join("/sys/fs/cgroup", hierarchy, parent));
}

async function removeCgroup(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeCgroup(join(path, entry.name));
  await rmdir(path).catch(() => undefined);
}
