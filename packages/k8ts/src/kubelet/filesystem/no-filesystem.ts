/** The filesystem of a node that has none: nothing is kept and everything succeeds. */
import type { FilesystemRoom, NodeFilesystem } from "./node-filesystem.ts";

const nothing = async (): Promise<void> => undefined;
const plenty: FilesystemRoom = {
  capacityBytes: 100 * 2 ** 30,
  availableBytes: 90 * 2 ** 30,
  inodes: 6_553_600,
  inodesFree: 6_000_000,
};

/** For nodes of the simulated runtime. */
export const noFilesystem: NodeFilesystem = {
  real: false,
  makeDirectory: nothing,
  stat: async () => undefined,
  readFile: async () => new Uint8Array(),
  readTail: async () => new Uint8Array(),
  writeFile: nothing,
  list: async () => [],
  remove: nothing,
  rename: nothing,
  symlink: nothing,
  readLink: async () => "",
  chmod: nothing,
  chown: nothing,
  mountTmpfs: nothing,
  unmount: nothing,
  mountsBelow: async () => [],
  bindInside: nothing,
  room: async () => plenty,
  usage: async () => ({ bytes: 0, inodes: 0 }),
};
