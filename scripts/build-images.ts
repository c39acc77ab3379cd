/**
 * Builds the demo images (pause, busybox, nginx) from Debian packages into .cache/images/*.tar, without a container tool.
 * The same packages give the same bytes. `npm start` and the end-to-end tests load them; an air-gapped cluster then runs
 * `nginx:1.7.9` and friends from here. The nginx inside is Debian's, whatever the tag says; each tag answers with its
 * own name, so that a rolling update can be seen.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildImage, type LayerEntry } from "../packages/k8ts/src/images/index.ts";
import { downloadPackages, unpackPackage } from "./debian-packages.ts";

const cache = join(import.meta.dirname, "..", ".cache");
const architecture = process.arch === "arm64" ? "arm64" : "amd64";

/** The sandbox image's name as Kubernetes 1.36 knows it. */
export const pauseImage = "registry.k8s.io/pause:3.10.1";

/** Tags that the nginx image is built for. */
export const nginxTags = ["1.7.9", "1.9.1", "1.16.1", "latest"] as const;

const text = (content: string, mode = 0o644): LayerEntry => ({ type: "file", content: Buffer.from(content), mode });

async function filesOf(packages: readonly string[]): Promise<Map<string, LayerEntry>> {
  const files = new Map<string, LayerEntry>();
  for (const deb of await downloadPackages(packages, join(cache, "debs"))) await unpackPackage(deb, files);
  return files;
}

const accounts = [
  ["root", 0, "/root"],
  ["daemon", 1, "/"],
  ["www-data", 33, "/var/www"],
  ["nobody", 65534, "/nonexistent"],
] as const;

/** What every image with a shell has: busybox's commands, accounts, /tmp. */
function addBase(files: Map<string, LayerEntry>): void {
  const commands =
    "sh ls cat echo env sleep tar wget nc grep sed awk head tail wc ps kill id hostname mkdir rm cp mv touch chmod chown ln stat date true false test expr seq nslookup ping ip ifconfig route df du free top vi dd md5sum sha256sum sort uniq cut tr tee xargs find mount umount stty sync timeout usleep which whoami yes printf httpd udhcpc basename dirname readlink realpath od hexdump uname uptime nproc mktemp mkfifo less more ash";
  for (const command of commands.split(" ")) {
    if (!files.has(`bin/${command}`)) files.set(`bin/${command}`, { type: "symlink", target: "/bin/busybox" });
  }
  files.set(
    "etc/passwd",
    text(accounts.map(([name, id, home]) => `${name}:x:${id}:${id}::${home}:/bin/sh\n`).join("")),
  );
  files.set("etc/group", text(accounts.map(([name, id]) => `${name}:x:${id}:\n`).join("")));
  files.set("etc/nsswitch.conf", text("passwd: files\ngroup: files\nhosts: files dns\n"));
  files.set("tmp", { type: "directory", mode: 0o1777 });
  files.set("root", { type: "directory", mode: 0o700 });
  files.set("var/www", { type: "directory", mode: 0o755 });
}

const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const nginxConfig = (tag: string): string => `user www-data www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log /dev/stderr notice;
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types;
  access_log /dev/stdout;
  server_tokens off;
  keepalive_timeout 65;
  server {
    listen 80;
    root /usr/share/nginx/html;
    add_header X-Image-Tag "${tag}";
    location = /hostname { default_type text/plain; return 200 "$hostname\\n"; }
    location = /version { default_type text/plain; return 200 "${tag}\\n"; }
  }
}
`;

async function buildPause(file: string): Promise<void> {
  const files = await filesOf(["catatonit"]);
  const binary = files.get("usr/bin/catatonit");
  if (!binary) throw new Error("Debian's catatonit package has no /usr/bin/catatonit");
  const config = { Entrypoint: ["/pause", "-P"], Env: [path], WorkingDir: "/" };
  await buildImage({ names: [pauseImage], files: new Map([["pause", binary]]), config, architecture }, file);
}

async function buildBusybox(file: string): Promise<void> {
  const files = await filesOf(["libc6", "libcrypt1", "busybox"]);
  addBase(files);
  const config = { Cmd: ["sh"], Env: [path] };
  await buildImage({ names: ["busybox:latest", "busybox:1.36"], files, config, architecture }, file);
}

async function buildNginx(tag: string, file: string): Promise<void> {
  const packages = ["libc6", "libcrypt1", "libpcre2-8-0", "libssl3", "zlib1g", "busybox", "nginx-common", "nginx"];
  const files = await filesOf(packages);
  addBase(files);
  files.set("etc/nginx/nginx.conf", text(nginxConfig(tag)));
  files.set("usr/share/nginx/html/index.html", text(welcome(tag)));
  files.set("var/log/nginx/access.log", { type: "symlink", target: "/dev/stdout" });
  files.set("var/log/nginx/error.log", { type: "symlink", target: "/dev/stderr" });
  files.set("var/lib/nginx", { type: "directory", mode: 0o755 });
  files.set("run", { type: "directory", mode: 0o755 });
  const config = {
    Cmd: ["nginx", "-g", "daemon off;"],
    Env: [path, `NGINX_VERSION=${tag}`],
    ExposedPorts: { "80/tcp": {} },
    StopSignal: "SIGQUIT",
  };
  await buildImage({ names: [`nginx:${tag}`], files, config, architecture }, file);
}

const welcome = (tag: string): string => `<!DOCTYPE html>
<html>
<head><title>Welcome to nginx!</title></head>
<body><h1>Welcome to nginx!</h1><p>Served by a k8ts pod from image nginx:${tag}.</p></body>
</html>
`;

/** Builds the images that are not built yet; `report` hears of each. Resolves to all archives. */
export async function buildDemoImages(report: (line: string) => void): Promise<string[]> {
  const directory = join(cache, "images");
  mkdirSync(directory, { recursive: true });
  const plans: [string, (file: string) => Promise<void>][] = [
    ["pause", buildPause],
    ["busybox", buildBusybox],
    ...nginxTags.map((tag): [string, (file: string) => Promise<void>] => [
      `nginx-${tag}`,
      (file) => buildNginx(tag, file),
    ]),
  ];
  const archives: string[] = [];
  for (const [name, build] of plans) {
    const file = join(directory, `${name}.tar`);
    archives.push(file);
    if (existsSync(file)) continue;
    report(`Building image ${name} from Debian packages …`);
    await build(file);
  }
  return archives;
}

if (process.argv[1] === import.meta.filename) {
  for (const archive of await buildDemoImages(console.log)) console.log(archive);
}
