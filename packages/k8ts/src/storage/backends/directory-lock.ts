/** Keeps a directory to one process: a file that names its owner, which counts only while that owner lives. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { StorageError } from "../storage.ts";

/** The owner's process and when it started (in the kernel's ticks), since identifiers are used again. */
function identity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Dead, and only waiting for its parent to notice.
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return `${pid} ${fields[19]}`;
  } catch {
    return aliveWithoutProc(pid) ? `${pid} 0` : undefined;
  }
}

/** Where there is no /proc (or not of this process), a signal tells. */
function aliveWithoutProc(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A directory held by this process. */
export class DirectoryLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Takes the directory, which is made where it does not exist. Throws Unavailable where a living process has it. */
  static acquire(directory: string): DirectoryLock {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = `${directory}/owner`;
    const mine = `${path}.${process.pid}`;
    writeFileSync(mine, `${identity(process.pid) ?? process.pid}\n`);
    try {
      // A second attempt follows only the removal of a dead owner's file.
      if (!tryLink(mine, path)) {
        removeDead(directory, path);
        if (!tryLink(mine, path)) throw inUse(directory, "another process");
      }
      return new DirectoryLock(path);
    } finally {
      rmSync(mine, { force: true });
    }
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
}

const inUse = (directory: string, owner: string): StorageError =>
  new StorageError("Unavailable", `${directory} is in use by ${owner}`);

/** True where `path` is now ours; linking either makes the file whole or not at all. */
function tryLink(mine: string, path: string): boolean {
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function removeDead(directory: string, path: string): void {
  const aside = `${path}.dead.${process.pid}`;
  const owner = readOwner(path);
  if (owner === undefined) return;
  const pid = Number(owner.split(" ")[0]);
  if (identity(pid) === owner) throw inUse(directory, `process ${pid}`);
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  rmSync(aside, { force: true });
}

function readOwner(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
