/**
 * Binding a path inside a volume to a place that no container can write to. A container may swap any part of its volume
 * for a symlink at any moment, so the path is opened one component at a time, never through a symlink, and what is bound
 * is the file that was opened (by its descriptor), not whatever has its name by then.
 */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { chmod, mkdir, open, readlink, stat, writeFile, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
/** O_PATH: a descriptor that names a file of any type without opening it. */
const O_PATH = 0o10000000;
const component = O_PATH | constants.O_NOFOLLOW;

const pathOf = (handle: FileHandle): string => `/proc/self/fd/${handle.fd}`;

/** Opens `name` in the directory; makes it as a directory where it is missing. Refuses symlinks that lead out of `root`. */
async function openChild(parent: FileHandle, name: string, root: string, createMode: number): Promise<FileHandle> {
  const path = `${pathOf(parent)}/${name}`;
  const openIt = (): Promise<FileHandle> => open(path, component);
  const handle = await openIt().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    await mkdir(path, { mode: createMode });
    const made = await openIt();
    // Whatever the umask.
    await chmod(pathOf(made), createMode);
    return made;
  });
  if (!(await handle.stat()).isSymbolicLink()) return handle;
  await handle.close();
  // A symlink is followed once, and what it leads to has to lie in the volume: ..data of projected volumes is one.
  const followed = await open(path, O_PATH);
  const real = await readlink(pathOf(followed));
  if (real === root || real.startsWith(`${root}/`)) return followed;
  await followed.close();
  throw new Error(`subpath "${name}" leads out of the volume`);
}

/** Binds `subPath` of `root` to `target`, which is made as a file or directory to match. */
export async function bindInside(root: string, subPath: string, target: string, createMode: number): Promise<void> {
  let handle = await open(root, O_PATH);
  const realRoot = await readlink(pathOf(handle));
  try {
    for (const name of subPath.split("/").filter((part) => part !== "" && part !== ".")) {
      if (name === "..") throw new Error("subpath must not go up");
      const child = await openChild(handle, name, realRoot, createMode);
      await handle.close();
      handle = child;
    }
    await mkdir(dirname(target), { recursive: true, mode: 0o750 });
    const directory = (await handle.stat()).isDirectory();
    if (directory) await mkdir(target, { recursive: true });
    else await writeFile(target, "", { flag: "a", mode: 0o640 });
    // Bound already, by an earlier attempt of the container: the newest file counts.
    const [bound, wanted] = [await stat(target), await handle.stat()];
    if (bound.dev === wanted.dev && bound.ino === wanted.ino) return;
    await run("umount", ["-l", target]).catch(() => undefined);
    await run("mount", ["--bind", `/proc/${process.pid}/fd/${handle.fd}`, target]);
  } finally {
    await handle.close();
  }
}
