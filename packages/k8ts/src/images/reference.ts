/** Image references as people write them, and in full: "nginx:1.7.9" is "docker.io/library/nginx:1.7.9". */

/** A full reference: registry, repository path, and a tag or a digest. */
export interface ImageReference {
  /** "docker.io", "registry.k8s.io", "localhost:5000". */
  readonly registry: string;
  /** "library/nginx". */
  readonly repository: string;
  readonly tag?: string;
  /** "sha256:…". */
  readonly digest?: string;
}

/** Thrown for text that is no image reference. */
export class ReferenceError extends Error {
  override readonly name = "ReferenceError";
}

const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const hostPattern =
  /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*(?::\d+)?$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const digestPattern = /^sha256:[a-f0-9]{64}$/;

/** Parses a reference with Docker's rules: no registry means docker.io, no path there means library/, no tag latest. */
export function parseReference(text: string): ImageReference {
  const fail = (why: string): never => {
    throw new ReferenceError(`invalid image name "${text}": ${why}`);
  };
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !digestPattern.test(digest)) fail("a digest is sha256: and 64 hexadecimal digits");
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(":");
  const hasTag = colon > named.lastIndexOf("/");
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !tagPattern.test(tag)) fail("a tag has letters, digits, _, . and -, at most 128");
  const parts = (hasTag ? named.slice(0, colon) : named).split("/");
  const first = parts[0] ?? "";
  const hasRegistry = parts.length > 1 && (first.includes(".") || first.includes(":") || first === "localhost");
  const registry = hasRegistry ? first : "docker.io";
  if (!hostPattern.test(registry)) fail("a registry is a host name, with or without a port");
  const path = hasRegistry ? parts.slice(1) : parts;
  if (!path.every((part) => component.test(part))) fail("a repository has lower case letters, digits and . _ - /");
  const repository = registry === "docker.io" && path.length === 1 ? `library/${path[0]}` : path.join("/");
  const found = { registry, repository, ...(digest && { digest }) };
  return tag !== undefined ? { ...found, tag } : digest ? found : { ...found, tag: "latest" };
}

/** The full text: "docker.io/library/nginx:1.7.9". */
export function referenceText(reference: ImageReference): string {
  const { registry, repository, tag, digest } = reference;
  return `${registry}/${repository}${tag ? `:${tag}` : ""}${digest ? `@${digest}` : ""}`;
}

/** The full form of what a person wrote. */
export const fullReference = (text: string): string => referenceText(parseReference(text));

/** The short form people know: docker.io and library/ left out. */
export function familiarReference(full: string): string {
  return full.replace(/^docker\.io\/(?:library\/)?/, "");
}
