/** fsGroup: a volume's files belong to the pod's group, which may do with them what their owner may. */
import type { NodeFilesystem } from "../filesystem/node-filesystem.ts";

/** Whose a volume is. */
export interface Ownership {
  readonly fsGroup: number;
  /** The group may only read. */
  readonly readOnly: boolean;
  /** OnRootMismatch: a volume whose root is right is left alone. */
  readonly onlyOnRootMismatch: boolean;
}

const readWrite = 0o660;
const readOnly = 0o440;
const execute = 0o110;
const setGid = 0o2000;

function wanted(type: string, mode: number, ownership: Ownership): number {
  const mask = ownership.readOnly ? readOnly : readWrite;
  return type === "Directory" ? mode | mask | setGid | execute : mode | mask;
}

/** Changes group and modes of everything below, and of the root last, so that an interrupted run starts again. */
export async function setOwnership(files: NodeFilesystem, root: string, ownership: Ownership): Promise<void> {
  const info = await files.stat(root);
  if (info === undefined) return;
  const mode = wanted(info.type, info.mode, ownership);
  if (ownership.onlyOnRootMismatch && info.gid === ownership.fsGroup && info.mode === mode) return;
  await change(files, root, ownership);
}

async function change(files: NodeFilesystem, path: string, ownership: Ownership): Promise<void> {
  const info = await files.stat(path);
  if (info === undefined) return;
  if (info.type === "Directory") {
    for (const name of await files.list(path)) await change(files, `${path}/${name}`, ownership);
  }
  if (info.gid !== ownership.fsGroup) await files.chown(path, info.uid, ownership.fsGroup);
  if (info.type === "Symlink") return;
  const mode = wanted(info.type, info.mode, ownership);
  if (mode !== info.mode || info.gid !== ownership.fsGroup) await files.chmod(path, mode);
}
