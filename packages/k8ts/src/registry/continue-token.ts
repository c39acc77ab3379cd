/** The token that a limited list ends with: where the next page starts and which revision it shows. */
import { badRequest } from "@k8ts/api";

/** A decoded token. */
export interface ContinueToken {
  /** The revision of the first page; -1: the newest, at the price of an inconsistent list. */
  readonly revision: number;
  /** The key of the last object of the page before, within the resource's prefix. */
  readonly after: string;
}

const tokenVersion = "meta.k8s.io/v1";
const notValid = "invalid continue token: continue key is not valid";

/** Encodes a token as upstream does: base64url JSON whose start key follows the last one. */
export function encodeContinue({ revision, after }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: tokenVersion, rv: revision, start: `${after}\0` })).toString("base64url");
}

/** Decodes a token from a request; throws BadRequest. */
export function decodeContinue(text: string): ContinueToken {
  const { v, rv, start } = parse(text);
  if (v !== tokenVersion) {
    throw badRequest(`${notValid}: server does not recognize this encoded version ${typeof v === "string" ? v : ""}`);
  }
  if (typeof rv !== "number" || !Number.isSafeInteger(rv) || rv === 0) {
    throw badRequest(`${notValid}: incorrect encoded start resourceVersion (version ${tokenVersion})`);
  }
  if (typeof start !== "string" || start === "") {
    throw badRequest(`${notValid}: encoded start key empty (version ${tokenVersion})`);
  }
  if (!isPlainPath(start)) throw badRequest(`${notValid}: ${start}`);
  return { revision: rv, after: start.endsWith("\0") ? start.slice(0, -1) : start };
}

function parse(text: string): { v?: unknown; rv?: unknown; start?: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch (error) {
    throw badRequest(`${notValid}: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null) throw badRequest(notValid);
  return value;
}

/** No way up or around: the key stays below the resource's prefix. */
function isPlainPath(key: string): boolean {
  const parts = (key.startsWith("/") ? key.slice(1) : key).split("/");
  return parts.every((part, index) => part !== "." && part !== ".." && (part !== "" || index === parts.length - 1));
}
