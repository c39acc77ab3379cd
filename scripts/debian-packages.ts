/** Debian packages as files in memory: downloaded with apt, unpacked with dpkg, no root needed. */
import { execFile, spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { extract } from "tar-stream";
import type { LayerEntry } from "../packages/k8ts/src/images/index.ts";

const run = promisify(execFile);

/** Downloads the packages into `cache` (once per version) and returns the .deb files. */
export async function downloadPackages(names: readonly string[], cache: string): Promise<string[]> {
  mkdirSync(cache, { recursive: true });
  const missing = names.filter((name) => !readdirSync(cache).some((file) => file.startsWith(`${name}_`)));
  if (missing.length > 0) await run("apt-get", ["download", "-qq", ...missing], { cwd: cache });
  return names.map((name) => {
    const file = readdirSync(cache).find((candidate) => candidate.startsWith(`${name}_`));
    if (!file) throw new Error(`apt-get download gave no file for ${name}`);
    return join(cache, file);
  });
}

/** Paths that an image does not need. */
const dropped =
  /^usr\/share\/(?:doc|man|lintian|locale|bash-completion|menu|bug)\/|^(?:etc\/(?:init\.d|default|logrotate\.d|ufw)|lib\/systemd)\//;

/** Adds a package's files to `files`, by path without leading slash. */
export async function unpackPackage(deb: string, files: Map<string, LayerEntry>): Promise<void> {
  const child = spawn("dpkg", ["--fsys-tarfile", deb], { stdio: ["ignore", "pipe", "inherit"] });
  const entries = child.stdout.pipe(extract());
  for await (const entry of entries) {
    const { name, type, mode = 0o644, linkname } = entry.header;
    const path = name.replace(/^\.?\//, "").replace(/\/$/, "");
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    if (path === "" || dropped.test(`${path}/`)) continue;
    if (type === "file") files.set(path, { type: "file", content: Buffer.concat(chunks), mode });
    else if (type === "directory") files.set(path, { type: "directory", mode });
    else if (type === "symlink") files.set(path, { type: "symlink", target: linkname ?? "" });
    else if (type === "link") {
      const target = files.get((linkname ?? "").replace(/^\.?\//, ""));
      if (target) files.set(path, target);
    }
  }
}
