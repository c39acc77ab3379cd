/**
 * The images a cluster has been given: an OCI image layout in a directory (blobs/sha256/…, index.json), as any OCI tool
 * reads it. The command writes it, the embedded registry reads it; index.json is replaced whole, so a reader never sees
 * half an update, and a blob is in place before the index names it.
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, type ReadStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A pointer to a blob. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: { readonly architecture: string; readonly os: string; readonly variant?: string };
}

/** An OCI manifest or index, as far as we read one. */
export interface Manifest {
  readonly mediaType?: string;
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  readonly manifests?: readonly Descriptor[];
}

/** Where index.json keeps an image's full name. */
export const nameAnnotation = "io.containerd.image.name";

const digestPattern = /^sha256:[a-f0-9]{64}$/;

/** An image layout on disk. */
export class ImageLayout {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Makes the directory where it is missing. */
  async open(): Promise<void> {
    await mkdir(join(this.#directory, "blobs", "sha256"), { recursive: true });
    await writeFile(join(this.#directory, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  }

  /** Full image names and what they point to, in order of loading. */
  async images(): Promise<readonly Descriptor[]> {
    const text = await readFile(join(this.#directory, "index.json"), "utf8").catch(ignoreMissing);
    return text === undefined ? [] : ((JSON.parse(text) as Manifest).manifests ?? []);
  }

  /** The manifest or index of an image, by full name. */
  async find(fullName: string): Promise<Descriptor | undefined> {
    return (await this.images()).find((image) => image.annotations?.[nameAnnotation] === fullName);
  }

  /** Names an image; what had the name before loses it. */
  async name(fullName: string, target: Descriptor): Promise<void> {
    const others = (await this.images()).filter((image) => image.annotations?.[nameAnnotation] !== fullName);
    await this.#writeIndex([...others, { ...target, annotations: { [nameAnnotation]: fullName } }]);
  }

  /** Takes a name away, then every blob nothing names any more. False where there is no such name. */
  async remove(fullName: string): Promise<boolean> {
    const images = await this.images();
    const left = images.filter((image) => image.annotations?.[nameAnnotation] !== fullName);
    if (left.length === images.length) return false;
    await this.#writeIndex(left);
    await this.#collectBlobs(left);
    return true;
  }

  /** Stores a stream as a blob; resolves to its descriptor without media type. Same content is stored once. */
  async putStream(content: AsyncIterable<Uint8Array>): Promise<{ digest: string; size: number }> {
    const hash = createHash("sha256");
    let size = 0;
    const temporary = join(this.#directory, "blobs", `incoming-${process.pid}-${incoming++}`);
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        size += chunk.length;
        done(null, chunk);
      },
    });
    try {
      await pipeline(content, count, createWriteStream(temporary));
      const digest = `sha256:${hash.digest("hex")}`;
      await rename(temporary, this.#path(digest));
      return { digest, size };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** Stores bytes as a blob. */
  async put(content: Uint8Array): Promise<{ digest: string; size: number }> {
    return this.putStream(Readable.from([content]));
  }

  /** Size of a blob in bytes, or undefined where it is not here or the digest is malformed. */
  async size(digest: string): Promise<number | undefined> {
    if (!digestPattern.test(digest)) return undefined;
    const found = await stat(this.#path(digest)).catch(ignoreMissing);
    return found?.size;
  }

  async read(digest: string): Promise<Buffer> {
    return readFile(this.#path(digest));
  }

  /** A blob as a stream, from `start` to `end` inclusive. */
  stream(digest: string, start?: number, end?: number): ReadStream {
    return createReadStream(this.#path(digest), { ...(start !== undefined && { start }), ...(end && { end }) });
  }

  /** Total bytes of an image: its manifests, configs and layers. */
  async imageSize(target: Descriptor): Promise<number> {
    let total = target.size;
    for (const part of await this.#parts(target)) total += await this.imageSize(part);
    return total;
  }

  async #parts(target: Descriptor): Promise<readonly Descriptor[]> {
    if (!/manifest|index/.test(target.mediaType) || (await this.size(target.digest)) === undefined) return [];
    const manifest = JSON.parse((await this.read(target.digest)).toString()) as Manifest;
    return [...(manifest.manifests ?? []), ...(manifest.config ? [manifest.config] : []), ...(manifest.layers ?? [])];
  }

  async #collectBlobs(images: readonly Descriptor[]): Promise<void> {
    const used = new Set<string>();
    const visit = async (target: Descriptor): Promise<void> => {
      if (used.has(target.digest)) return;
      used.add(target.digest);
      for (const part of await this.#parts(target)) await visit(part);
    };
    for (const image of images) await visit(image);
    for (const file of await readdir(join(this.#directory, "blobs", "sha256"))) {
      if (!used.has(`sha256:${file}`)) await rm(join(this.#directory, "blobs", "sha256", file), { force: true });
    }
  }

  async #writeIndex(manifests: readonly Descriptor[]): Promise<void> {
    const index = { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests };
    const temporary = join(this.#directory, `index.json.${process.pid}-${incoming++}`);
    await writeFile(temporary, JSON.stringify(index));
    await rename(temporary, join(this.#directory, "index.json"));
  }

  #path(digest: string): string {
    return join(this.#directory, "blobs", "sha256", digest.slice("sha256:".length));
  }
}

let incoming = 0;

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}
