/** A simulated node's images: any name can be pulled, and takes a while. */
import { createHash } from "node:crypto";
import type { Clock } from "@k8ts/api";
import { RuntimeError, type Image } from "../runtime.ts";

/** Names under this registry cannot be pulled, so that failing pulls can be simulated too. */
export const missingRegistry = "missing.k8ts.io/";

/** The images of one node. */
export class SimulatedImages {
  readonly #clock: Clock;
  readonly #pullTime: number;
  readonly #images = new Map<string, Image>();

  /** A pull takes `pullTime` milliseconds. */
  constructor(clock: Clock, pullTime: number) {
    this.#clock = clock;
    this.#pullTime = pullTime;
  }

  list(): Image[] {
    return [...new Set(this.#images.values())];
  }

  /** By name, id or digest. */
  find(image: string): Image | undefined {
    const name = fullName(image);
    return (
      this.#images.get(name) ?? this.list().find(({ id, repoDigests }) => id === image || repoDigests.includes(name))
    );
  }

  async pull(image: string): Promise<string> {
    const name = fullName(image);
    if (name.startsWith(missingRegistry)) {
      await this.#clock.sleep(this.#pullTime);
      const failed = `failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${name}: not found`;
      throw new RuntimeError("NOT_FOUND", failed);
    }
    const known = this.#images.get(name);
    if (known !== undefined) return known.id;
    if (this.#pullTime > 0) await this.#clock.sleep(this.#pullTime);
    return this.add(name).id;
  }

  /** Puts an image there at once, as if it had been loaded. */
  add(image: string): Image {
    const name = fullName(image);
    const hash = createHash("sha256").update(name).digest("hex");
    const digest = name.includes("@") ? name : `${name.slice(0, name.lastIndexOf(":"))}@sha256:${hash}`;
    const repoTags = name.includes("@") ? [] : [name];
    // Between 5 and 205 MB, the same for the same name.
    const size = 5_000_000 + (Number.parseInt(hash.slice(0, 6), 16) % 200_000_000);
    const added: Image = { id: `sha256:${hash}`, repoTags, repoDigests: [digest], size, pinned: false };
    this.#images.set(name, added);
    return added;
  }

  remove(image: string): void {
    const found = this.find(image);
    for (const [name, each] of this.#images) if (each === found) this.#images.delete(name);
  }

  get usedBytes(): number {
    return this.list().reduce((sum, { size }) => sum + size, 0);
  }
}

/** `nginx` is `docker.io/library/nginx:latest`. */
function fullName(image: string): string {
  if (image.startsWith("sha256:")) return image;
  const slash = image.indexOf("/");
  const first = slash < 0 ? "" : image.slice(0, slash);
  const hasRegistry = first.includes(".") || first.includes(":") || first === "localhost";
  const path = hasRegistry ? image : slash < 0 ? `docker.io/library/${image}` : `docker.io/${image}`;
  const last = path.slice(path.lastIndexOf("/"));
  return last.includes(":") || last.includes("@") ? path : `${path}:latest`;
}
