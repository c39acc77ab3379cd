/** Image references as people write them, in full: "nginx" is "docker.io/library/nginx:latest". */

const component = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const host = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const domain = `(?:${host}(?:\\.${host})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?`;
const reference = new RegExp(
  `^((?:${domain}/)?${component}(?:/${component})*)(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);

/** A reference in parts. */
export interface ImageName {
  /** With registry: "docker.io/library/nginx". */
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** Splits a reference, filling in registry and tag; throws in upstream's words. */
export function parseImageName(image: string): ImageName {
  const fault = (text: string): Error => new Error(`couldn't parse image name "${image}": ${text}`);
  if (/^[0-9a-f]{64}$/.test(image))
    throw fault(`invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`);
  const match = reference.exec(image);
  if (match === null) {
    const lowered = reference.test(image.toLowerCase());
    throw fault(lowered ? "invalid reference format: repository name must be lowercase" : "invalid reference format");
  }
  const [, name = "", tag = "", digest = ""] = match;
  return { repository: withRegistry(name), tag: tag === "" && digest === "" ? "latest" : tag, digest };
}

function withRegistry(name: string): string {
  const slash = name.indexOf("/");
  const first = name.slice(0, slash);
  const named = slash > 0 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase());
  if (named) return first === "index.docker.io" ? `docker.io${name.slice(slash)}` : name;
  return slash < 0 ? `docker.io/library/${name}` : `docker.io/${name}`;
}

/** The reference with the default tag where it has neither tag nor digest; registry as written. Throws as parseImageName. */
export function withDefaultTag(image: string): string {
  const { tag } = parseImageName(image);
  const named = image.includes("@") || image.slice(image.lastIndexOf("/") + 1).includes(":");
  return named ? image : `${image}:${tag}`;
}
