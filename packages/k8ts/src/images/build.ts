/** Building an image archive without a container tool: one layer from files, reproducible to the byte. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { pack, type Pack } from "tar-stream";
import { nameAnnotation } from "./layout.ts";
import { fullReference } from "./reference.ts";

/** One file of the layer; directories above it are made as needed. */
export type LayerEntry =
  | { readonly type: "file"; readonly content: Uint8Array; readonly mode: number }
  | { readonly type: "directory"; readonly mode: number }
  | { readonly type: "symlink"; readonly target: string };

/** An image to build. */
export interface ImagePlan {
  /** The names it is loaded under. */
  readonly names: readonly string[];
  /** By path without leading slash. */
  readonly files: ReadonlyMap<string, LayerEntry>;
  /** The OCI image config's `config`: Entrypoint, Cmd, Env, User, WorkingDir, StopSignal, ExposedPorts. */
  readonly config: Readonly<Record<string, unknown>>;
  /** "amd64" or "arm64". */
  readonly architecture: string;
}

const epoch = new Date(0);

async function collect(archive: Pack): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function withParents(files: ReadonlyMap<string, LayerEntry>): [string, LayerEntry][] {
  const all = new Map(files);
  for (const path of files.keys()) {
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = parts.slice(0, depth).join("/");
      if (!all.has(parent)) all.set(parent, { type: "directory", mode: 0o755 });
    }
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The layer as an uncompressed tar: sorted, owned by root, dated 1970. */
async function layerTar(files: ReadonlyMap<string, LayerEntry>): Promise<Buffer> {
  const archive = pack();
  for (const [name, entry] of withParents(files)) {
    const head = { name, mtime: epoch, uid: 0, gid: 0 };
    if (entry.type === "directory") archive.entry({ ...head, type: "directory", mode: entry.mode });
    else if (entry.type === "symlink") archive.entry({ ...head, type: "symlink", linkname: entry.target, mode: 0o777 });
    else archive.entry({ ...head, type: "file", mode: entry.mode }, Buffer.from(entry.content));
  }
  archive.finalize();
  return collect(archive);
}

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Builds an image and writes it as a tar of an OCI layout. The same plan gives the same bytes. */
export async function buildImage(plan: ImagePlan, file: string): Promise<void> {
  const tar = await layerTar(plan.files);
  const layer = gzipSync(tar, { level: 6 });
  const config = Buffer.from(
    JSON.stringify({
      architecture: plan.architecture,
      os: "linux",
      config: plan.config,
      rootfs: { type: "layers", diff_ids: [digestOf(tar)] },
    }),
  );
  const descriptor = (mediaType: string, bytes: Uint8Array): object => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const manifestType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: descriptor("application/vnd.oci.image.config.v1+json", config),
      layers: [descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer)],
    }),
  );
  const manifests = plan.names.map((name) => ({
    ...descriptor(manifestType, manifest),
    platform: { architecture: plan.architecture, os: "linux" },
    annotations: { [nameAnnotation]: fullReference(name) },
  }));
  const archive = pack();
  const add = (name: string, content: Uint8Array): void => {
    archive.entry({ name, mtime: epoch, mode: 0o644 }, Buffer.from(content));
  };
  add("oci-layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  add("index.json", Buffer.from(JSON.stringify({ schemaVersion: 2, manifests })));
  for (const blob of [config, layer, manifest]) add(`blobs/sha256/${digestOf(blob).slice(7)}`, blob);
  archive.finalize();
  await pipeline(archive, createWriteStream(`${file}.new`));
  await rename(`${file}.new`, file);
}
