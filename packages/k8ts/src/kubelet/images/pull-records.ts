/**
 * With which credentials this node has pulled its images, so that a private image on the node is not open to pods that
 * could not pull it themselves (KEP-2535, policy NeverVerifyPreloadedImages: what was not pulled by this kubelet, or
 * without credentials, is for all). Kept in a file; only hashes of credentials are.
 */
import { createHash } from "node:crypto";
import type { Logger } from "@k8ts/api";
import type { NodeFilesystem } from "../filesystem/node-filesystem.ts";
import type { RegistryAuth } from "../runtimes/runtime.ts";

/** Hashes by image id; an empty list: pulled without credentials, for all. */
type Records = Map<string, readonly string[]>;

function hashOf(auth: RegistryAuth): string {
  const { username, password, identityToken = "", registryToken = "" } = auth;
  return createHash("sha256")
    .update(JSON.stringify([username, password, identityToken, registryToken]))
    .digest("hex");
}

/** The records of a node. */
export class PullRecords {
  readonly #files: NodeFilesystem;
  readonly #path: string;
  readonly #logger: Logger;
  #records: Promise<Records> | undefined;

  constructor(files: NodeFilesystem, path: string, logger: Logger) {
    this.#files = files;
    this.#path = path;
    this.#logger = logger;
  }

  /** Whether pods with these credentials may use the image that is on the node. */
  async permits(imageId: string, credentials: () => Promise<readonly RegistryAuth[]>): Promise<boolean> {
    const hashes = (await this.#load()).get(imageId);
    if (hashes === undefined || hashes.length === 0) return true;
    return (await credentials()).some((auth) => hashes.includes(hashOf(auth)));
  }

  /** The image has been pulled with these credentials. */
  async pulled(imageId: string, auth: RegistryAuth | undefined): Promise<void> {
    const records = await this.#load();
    const known = records.get(imageId);
    const hash = auth && hashOf(auth);
    if (hash === undefined ? known?.length === 0 : known?.includes(hash) === true || known?.length === 0) return;
    records.set(imageId, hash === undefined ? [] : [...(known ?? []), hash]);
    await this.#save(records);
  }

  #load(): Promise<Records> {
    return (this.#records ??= this.#read());
  }

  async #read(): Promise<Records> {
    if (!this.#files.real) return new Map();
    try {
      const text = new TextDecoder().decode(await this.#files.readFile(this.#path));
      return new Map(Object.entries(JSON.parse(text) as Record<string, string[]>));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT")
        this.#logger.warn("Cannot read how images were pulled", { path: this.#path, error });
      return new Map();
    }
  }

  async #save(records: Records): Promise<void> {
    if (!this.#files.real) return;
    try {
      const fresh = `${this.#path}.new`;
      await this.#files.writeFile(fresh, JSON.stringify(Object.fromEntries(records)), 0o600);
      await this.#files.rename(fresh, this.#path);
    } catch (error) {
      this.#logger.warn("Cannot keep how an image was pulled", { path: this.#path, error });
    }
  }
}
