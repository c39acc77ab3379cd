/**
 * Writes a payload so that readers see all of the old or all of the new: files go into a directory of their own,
 * `..data` is a symlink to it that is swapped by rename, and each file's name is a symlink through `..data`.
 */
import type { NodeFilesystem } from "../filesystem/node-filesystem.ts";
import { setOwnership, type Ownership } from "./ownership.ts";
import { checkPayloadPath, type Payload } from "./payload.ts";

const dataName = "..data";
const nextName = "..data_tmp";

/** Writes the payload to the volume's directory; `stamp` makes the directory's name unique. */
export async function writeAtomically(
  files: NodeFilesystem,
  directory: string,
  payload: Payload,
  stamp: string,
  ownership: Ownership | undefined,
): Promise<void> {
  for (const path of payload.keys()) checkPayloadPath(path);
  const data = `${directory}/${dataName}`;
  const old = await files.readLink(data).catch(() => undefined);
  const fresh = `..${stamp}`;
  await files.makeDirectory(`${directory}/${fresh}`, 0o755);
  // Whatever the umask.
  await files.chmod(`${directory}/${fresh}`, 0o755);
  await writeFiles(files, `${directory}/${fresh}`, payload);
  if (ownership !== undefined) await setOwnership(files, directory, ownership);
  await files.remove(`${directory}/${nextName}`);
  await files.symlink(fresh, `${directory}/${nextName}`);
  await files.rename(`${directory}/${nextName}`, data);
  await linkNames(files, directory, new Set([...payload.keys()].map((path) => path.split("/")[0]!)));
  if (old !== undefined && old !== fresh) await files.remove(`${directory}/${old}`);
}

async function writeFiles(files: NodeFilesystem, directory: string, payload: Payload): Promise<void> {
  for (const [path, { content, mode, uid }] of payload) {
    const file = `${directory}/${path}`;
    if (path.includes("/")) await files.makeDirectory(file.slice(0, file.lastIndexOf("/")), 0o755);
    await files.writeFile(file, content, mode);
    await files.chmod(file, mode);
    if (uid !== undefined) await files.chown(file, uid, 0);
  }
}

/** Makes the names that are to be seen, and takes away those that are not any more. */
async function linkNames(files: NodeFilesystem, directory: string, names: ReadonlySet<string>): Promise<void> {
  const present = new Set((await files.list(directory)).filter((name) => !name.startsWith("..")));
  for (const name of names) {
    if (!present.has(name)) await files.symlink(`${dataName}/${name}`, `${directory}/${name}`);
  }
  for (const name of present) if (!names.has(name)) await files.remove(`${directory}/${name}`);
}
