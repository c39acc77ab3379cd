/**
 * The embedded registry: a read-only OCI distribution server on loopback that the node's containerd asks first, whatever
 * registry an image names (containerd passes that in `?ns=`). What was loaded into the cluster is served from the layout;
 * everything else is a 404, and containerd goes on to the image's own registry.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import type { Logger } from "@k8ts/api";
import type { Component } from "../component.ts";
import type { Descriptor, ImageLayout, Manifest } from "./layout.ts";

/** /v2/<repository>/(manifests|blobs)/<reference>. */
const pathPattern = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/;

/** What a registry is made of. */
export interface RegistryOptions {
  readonly layout: ImageLayout;
  readonly port: number;
  readonly logger: Logger;
}

/** The embedded registry as a component. */
export interface EmbeddedRegistry extends Component {
  /** "http://127.0.0.1:5000", once started. */
  readonly url: string;
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}

/** A digest that some loaded image refers to, with its media type: manifests are served by digest too. */
async function findByDigest(layout: ImageLayout, digest: string): Promise<Descriptor | undefined> {
  const size = await layout.size(digest);
  if (size === undefined || size > 4 * 1024 * 1024) return undefined;
  const bytes = await layout.read(digest);
  if (bytes[0] !== 0x7b) return undefined;
  const manifest = JSON.parse(bytes.toString()) as Manifest;
  const mediaType =
    manifest.mediaType ?? `application/vnd.oci.image.${manifest.manifests ? "index" : "manifest"}.v1+json`;
  return { mediaType, digest, size };
}

async function serveManifest(
  layout: ImageLayout,
  request: IncomingMessage,
  response: ServerResponse,
  repository: string,
  reference: string,
  registry: string,
): Promise<void> {
  const target = reference.startsWith("sha256:")
    ? await findByDigest(layout, reference)
    : await layout.find(`${registry}/${repository}:${reference}`);
  if (!target) {
    refuse(response, 404, "MANIFEST_UNKNOWN", `no image ${registry}/${repository}:${reference} has been loaded`);
    return;
  }
  const body = await layout.read(target.digest);
  response.writeHead(200, {
    "content-type": target.mediaType,
    "content-length": body.length,
    "docker-content-digest": target.digest,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

async function serveBlob(
  layout: ImageLayout,
  request: IncomingMessage,
  response: ServerResponse,
  digest: string,
): Promise<void> {
  const size = await layout.size(digest);
  if (size === undefined) {
    refuse(response, 404, "BLOB_UNKNOWN", `no blob ${digest}`);
    return;
  }
  const headers = { "content-type": "application/octet-stream", "docker-content-digest": digest };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const start = range ? Number(range[1]) : 0;
  const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  if (range && start >= size) {
    response.writeHead(416, { "content-range": `bytes */${size}` }).end();
    return;
  }
  const length = { "content-length": size === 0 ? 0 : end - start + 1 };
  if (range) response.writeHead(206, { ...headers, ...length, "content-range": `bytes ${start}-${end}/${size}` });
  else response.writeHead(200, { ...headers, ...length });
  if (request.method === "HEAD" || size === 0) response.end();
  else await pipeline(layout.stream(digest, start, end), response);
}

/** Answers one request. A function of layout and request, for tests as for the server. */
export async function serveRegistry(
  layout: ImageLayout,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://registry");
  if (request.method !== "GET" && request.method !== "HEAD") {
    refuse(response, 405, "UNSUPPORTED", "this registry is read-only; load images with: k8ts image load FILE");
    return;
  }
  if (url.pathname === "/v2/" || url.pathname === "/v2") {
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
    return;
  }
  const match = pathPattern.exec(url.pathname);
  if (!match) {
    refuse(response, 404, "NAME_UNKNOWN", "no such path");
    return;
  }
  const [, repository = "", kind, reference = ""] = match;
  if (kind === "blobs") await serveBlob(layout, request, response, reference);
  else {
    const registry = url.searchParams.get("ns") ?? "docker.io";
    await serveManifest(layout, request, response, repository, decodeURIComponent(reference), registry);
  }
}

/** Makes the registry; it listens on loopback from start() on. */
export function createRegistryServer(options: RegistryOptions): EmbeddedRegistry {
  let server: Server | undefined;
  let port = options.port;
  return {
    name: "registry",
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    async start() {
      await options.layout.open();
      const listening = createServer((request, response) => {
        serveRegistry(options.layout, request, response).catch((error: Error) => {
          options.logger.warn("registry request failed", { path: request.url, error: error.message });
          if (!response.headersSent) refuse(response, 500, "UNKNOWN", error.message);
          else response.destroy();
        });
      });
      await new Promise<void>((resolve, reject) => {
        listening.once("error", reject);
        listening.listen(port, "127.0.0.1", resolve);
      });
      port = (listening.address() as AddressInfo).port;
      server = listening;
    },
    async stop() {
      const closing = server;
      server = undefined;
      if (!closing) return;
      closing.closeAllConnections();
      await new Promise<void>((resolve) => closing.close(() => resolve()));
    },
  };
}
