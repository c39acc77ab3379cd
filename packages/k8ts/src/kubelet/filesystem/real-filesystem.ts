/** The machine's own files and mounts. Mounts are made by mount(8), in the mount namespace that the container runtime sees. */
import { execFile } from "node:child_process";
import type { Stats } from "node:fs";
import {
  chmod,
  lchown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  statfs,
  symlink,
  writeFile,
} from "node:fs/promises";
import { promisify } from "node:util";
import type { FileInfo, NodeFilesystem } from "./node-filesystem.ts";
import { bindInside } from "./bind-inside.ts";

const run = promisify(execFile);

function typeOf(stats: Stats): FileInfo["type"] {
  if (stats.isFile()) return "File";
  if (stats.isDirectory()) return "Directory";
  if (stats.isSymbolicLink()) return "Symlink";
  if (stats.isSocket()) return "Socket";
  if (stats.isCharacterDevice()) return "CharDevice";
  return stats.isBlockDevice() ? "BlockDevice" : "Other";
}

async function infoOf(path: string, follow: boolean): Promise<FileInfo | undefined> {
  try {
    const stats = await (follow ? stat(path) : lstat(path));
    return { type: typeOf(stats), mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid, size: stats.size };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

async function readTail(path: string, bytes: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const length = Math.min(size, bytes);
    const buffer = new Uint8Array(length);
    const { bytesRead } = await file.read(buffer, 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** mountinfo escapes space, tab, newline and backslash as octal. */
const unescape = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));

async function mountsBelow(path: string): Promise<string[]> {
  const text = await readFile("/proc/self/mountinfo", "utf8");
  const points = text.split("\n").flatMap((line) => {
    const point = line.split(" ", 5)[4];
    return point === undefined ? [] : [unescape(point)];
  });
  return points.filter((point) => point === path || point.startsWith(`${path}/`)).reverse();
}

async function usage(path: string): Promise<{ bytes: number; inodes: number }> {
  const total = { bytes: 0, inodes: 0 };
  const seen = new Set<number>();
  const walk = async (directory: string, device: number): Promise<void> => {
    for (const entry of await readdir(directory).catch(() => [])) {
      const child = `${directory}/${entry}`;
      const stats = await lstat(child).catch(() => undefined);
      if (stats === undefined || stats.dev !== device) continue;
      if (stats.nlink > 1 && !stats.isDirectory()) {
        if (seen.has(stats.ino)) continue;
        seen.add(stats.ino);
      }
      total.bytes += stats.blocks * 512;
      total.inodes++;
      if (stats.isDirectory()) await walk(child, device);
    }
  };
  const root = await lstat(path).catch(() => undefined);
  if (root !== undefined) await walk(path, root.dev);
  return total;
}

/** The machine's filesystem. */
export const realFilesystem: NodeFilesystem = {
  real: true,
  makeDirectory: async (path, mode) => void (await mkdir(path, { recursive: true, mode })),
  stat: (path, follow = false) => infoOf(path, follow),
  readFile: (path) => readFile(path),
  readTail,
  writeFile: (path, content, mode) => writeFile(path, content, { mode }),
  list: (path) => readdir(path),
  remove: (path) => rm(path, { recursive: true, force: true }),
  rename,
  symlink,
  readLink: (path) => readlink(path),
  chmod,
  chown: lchown,
  async mountTmpfs(path, bytes) {
    const size = bytes === undefined ? [] : ["-o", `size=${bytes}`];
    await run("mount", ["-t", "tmpfs", ...size, "tmpfs", path]);
  },
  async unmount(path) {
    // Lazily: a process that still holds it must not keep a pod from ending.
    await run("umount", ["-l", path]);
  },
  mountsBelow,
  bindInside,
  async room(path) {
    const { bsize, blocks, bavail, files, ffree } = await statfs(path);
    return { capacityBytes: bsize * blocks, availableBytes: bsize * bavail, inodes: files, inodesFree: ffree };
  },
  usage,
};
