/**
 * What the kubelet does to its node's files and mounts, as an interface: the real node has them, a node of the simulated
 * runtime has none, so that thousands of kubelets fit one process. Paths are absolute; methods throw Node's system errors.
 */

/** What a path is. */
export interface FileInfo {
  readonly type: "File" | "Directory" | "Symlink" | "Socket" | "CharDevice" | "BlockDevice" | "Other";
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
}

/** A filesystem's room, bytes and inodes. */
export interface FilesystemRoom {
  readonly capacityBytes: number;
  readonly availableBytes: number;
  readonly inodes: number;
  readonly inodesFree: number;
}

/** Files and mounts of a node. */
export interface NodeFilesystem {
  /** False: nothing is kept, everything succeeds; callers skip work that has no other effect. */
  readonly real: boolean;
  /** With parents; an existing directory is fine and keeps its mode. */
  makeDirectory(path: string, mode?: number): Promise<void>;
  /** Follows symlinks where `follow` is true. Undefined: nothing there. */
  stat(path: string, follow?: boolean): Promise<FileInfo | undefined>;
  readFile(path: string): Promise<Uint8Array>;
  /** At most the last `bytes` of a file. */
  readTail(path: string, bytes: number): Promise<Uint8Array>;
  /** Creates or truncates. */
  writeFile(path: string, content: Uint8Array | string, mode: number): Promise<void>;
  list(path: string): Promise<readonly string[]>;
  /** With everything below; nothing there is fine. Does not cross into mounts: unmount first. */
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  symlink(target: string, path: string): Promise<void>;
  readLink(path: string): Promise<string>;
  chmod(path: string, mode: number): Promise<void>;
  chown(path: string, uid: number, gid: number): Promise<void>;
  /** Mounts a tmpfs of at most `bytes` (undefined: half the memory, as the kernel does). */
  mountTmpfs(path: string, bytes: number | undefined): Promise<void>;
  unmount(path: string): Promise<void>;
  /** Mount points at or below `path`, deepest first. */
  mountsBelow(path: string): Promise<readonly string[]>;
  /**
   * Binds `subPath` of `root` to `target` so that no symlink swapped in meanwhile leads out of `root`; creates it as a
   * directory of mode `createMode` where it is missing. Throws where the path leaves the root.
   */
  bindInside(root: string, subPath: string, target: string, createMode: number): Promise<void>;
  room(path: string): Promise<FilesystemRoom>;
  /** Bytes and inodes of a directory, counted on disk. */
  usage(path: string): Promise<{ readonly bytes: number; readonly inodes: number }>;
}
