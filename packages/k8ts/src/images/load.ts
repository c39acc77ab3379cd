/** Loading image archives: OCI layouts in a tar, and what `docker save` writes. Hostile archives are refused, not followed. */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import type { Readable } from "node:stream";
import { extract } from "tar-stream";
import { nameAnnotation, type Descriptor, type ImageLayout, type Manifest } from "./layout.ts";
import { fullReference } from "./reference.ts";

/** Thrown for an archive that holds no image we can load; says what to do. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
}

/** docker save's manifest.json. */
interface DockerImage {
  readonly Config: string;
  readonly RepoTags: readonly string[] | null;
  readonly Layers: readonly string[];
}

/** Small files are kept for parsing; a manifest larger than this is no manifest. */
const maxJson = 4 * 1024 * 1024;

/** What an archive holds: every regular file as a blob, small ones also as text. */
interface Archive {
  readonly blobs: ReadonlyMap<string, { digest: string; size: number }>;
  readonly texts: ReadonlyMap<string, string>;
}

async function gunzipIfNeeded(file: string): Promise<Readable> {
  const head = createReadStream(file, { start: 0, end: 1 });
  const magic: Buffer[] = [];
  for await (const chunk of head) magic.push(chunk as Buffer);
  const gzipped = Buffer.concat(magic).equals(Buffer.from([0x1f, 0x8b]));
  return gzipped ? createReadStream(file).pipe(createGunzip()) : createReadStream(file);
}

async function readArchive(file: string, layout: ImageLayout): Promise<Archive> {
  const blobs = new Map<string, { digest: string; size: number }>();
  const texts = new Map<string, string>();
  const links = new Map<string, string>();
  const input = await gunzipIfNeeded(file);
  const entries = extract();
  input.on("error", (error) => entries.destroy(error));
  input.pipe(entries);
  for await (const entry of entries) {
    const { name, type, size, linkname } = entry.header;
    const path = name.replace(/^\.\//, "");
    if (type === "symlink" || type === "link") {
      links.set(path, resolveLink(path, linkname ?? "", type === "symlink"));
      entry.resume();
    } else if (type === "file" || type === "contiguous-file") {
      const put = await layout.putStream(entry as AsyncIterable<Uint8Array>);
      blobs.set(path, put);
      if ((size ?? 0) <= maxJson && !path.endsWith("layer.tar")) {
        const bytes = await layout.read(put.digest);
        if (bytes[0] === 0x7b || bytes[0] === 0x5b) texts.set(path, bytes.toString());
      }
    } else {
      entry.resume();
    }
  }
  for (const [path, target] of links) if (blobs.has(target)) blobs.set(path, blobs.get(target)!);
  return { blobs, texts };
}

/** docker save links layers that images share: "../<id>/layer.tar". */
function resolveLink(path: string, target: string, relative: boolean): string {
  if (!relative) return target.replace(/^\.\//, "");
  return new URL(target, `file:///${path}`).pathname.slice(1);
}

/** The one image of an archive, which may have it under several names. Throws where there are several images. */
function oneImage(targets: readonly Descriptor[]): readonly Descriptor[] {
  const digests = new Set(targets.map((target) => target.digest));
  if (digests.size > 1)
    throw new ArchiveError(`the archive holds ${digests.size} images; load them under their own names`);
  return targets.slice(0, 1);
}

async function loadOci(archive: Archive, layout: ImageLayout, names: readonly string[]): Promise<string[]> {
  const index = JSON.parse(archive.texts.get("index.json")!) as Manifest;
  const loaded: string[] = [];
  for (const target of names.length > 0 ? oneImage(index.manifests ?? []) : (index.manifests ?? [])) {
    const annotated = target.annotations?.[nameAnnotation] ?? target.annotations?.["org.opencontainers.image.ref.name"];
    const wanted = names.length > 0 ? names : annotated ? [annotated] : [];
    for (const name of wanted) {
      const full = fullReference(name);
      const { mediaType, digest, size } = target;
      if ((await layout.size(digest)) === undefined) throw new ArchiveError(`the archive lacks blob ${digest}`);
      await layout.name(full, { mediaType, digest, size });
      loaded.push(full);
    }
  }
  return loaded;
}

async function loadDocker(archive: Archive, layout: ImageLayout, names: readonly string[]): Promise<string[]> {
  const loaded: string[] = [];
  for (const image of JSON.parse(archive.texts.get("manifest.json")!) as DockerImage[]) {
    const blob = (path: string): { digest: string; size: number } => {
      const found = archive.blobs.get(path);
      if (!found) throw new ArchiveError(`the archive lacks ${path}, which its manifest names`);
      return found;
    };
    const manifest = {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...blob(image.Config) },
      layers: image.Layers.map((path) => ({ mediaType: "application/vnd.oci.image.layer.v1.tar", ...blob(path) })),
    };
    const put = await layout.put(Buffer.from(JSON.stringify(manifest)));
    const target: Descriptor = { mediaType: manifest.mediaType, ...put };
    for (const name of names.length > 0 ? names : (image.RepoTags ?? [])) {
      const full = fullReference(name);
      await layout.name(full, target);
      loaded.push(full);
    }
  }
  return loaded;
}

/**
 * Loads an image archive (OCI layout or docker save, gzipped or not) under the names it gives itself, or under `names`.
 * Resolves to the full names. Throws ArchiveError where it holds no image, or one without a name.
 */
export async function loadArchive(file: string, layout: ImageLayout, names: readonly string[] = []): Promise<string[]> {
  const archive = await readArchive(file, layout).catch((error: Error) => {
    throw new ArchiveError(`${file} is not a readable tar archive: ${error.message}`, { cause: error });
  });
  const oci = archive.texts.has("index.json") && archive.texts.has("oci-layout");
  if (!oci && !archive.texts.has("manifest.json")) {
    throw new ArchiveError(`${file} is neither an OCI layout nor the output of "docker save"`);
  }
  const loaded = oci ? await loadOci(archive, layout, names) : await loadDocker(archive, layout, names);
  if (loaded.length > 0) return loaded;
  if (oci && archive.texts.has("manifest.json")) {
    const fallback = await loadDocker(archive, layout, names);
    if (fallback.length > 0) return fallback;
  }
  throw new ArchiveError(`${file} has an image without a name; give it one with --name`);
}
