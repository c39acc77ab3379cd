/** Where container logs lie, as their reader sees it: growing files that may be replaced under their name. */

/** One log, open. It stays readable after its name has gone to another. */
export interface LogFile {
  /** Tells this file from another of the same name. */
  readonly identity: string;
  /** Bytes in it now. */
  size(): Promise<number>;
  /** Fills `buffer` from `position` on; resolves to how many bytes came, 0 at the end. */
  read(buffer: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

/** The logs of one node. */
export interface LogStore {
  /** Opens what the path names now; undefined where there is nothing. */
  open(path: string): Promise<LogFile | undefined>;
  /**
   * Calls `changed` whenever the file of that path grew, or the path names another; perhaps more often. The result ends
   * the watch. Throws where the directory is not there.
   */
  watch(path: string, changed: () => void): () => void;
}
