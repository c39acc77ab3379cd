/** Reads a PKCS #10 certificate request (RFC 2986) as far as it takes to see that its sender holds the key in it. */
import { createPublicKey, verify, type KeyObject } from "node:crypto";

/** One DER element: where it starts, where its content starts, where it ends. */
interface Element {
  readonly tag: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

const tags = { bitString: 0x03, objectIdentifier: 0x06, sequence: 0x30 } as const;

/** Object identifiers of signature algorithms in hex, and the hash that each names (none for Ed25519). */
const hashes: Readonly<Record<string, string | undefined>> = {
  "2a864886f70d010105": "sha1",
  "2a864886f70d01010b": "sha256",
  "2a864886f70d01010c": "sha384",
  "2a864886f70d01010d": "sha512",
  "2a8648ce3d0401": "sha1",
  "2a8648ce3d040302": "sha256",
  "2a8648ce3d040303": "sha384",
  "2a8648ce3d040304": "sha512",
  "2b6570": undefined,
};

function readElement(der: Buffer, start: number, limit: number): Element {
  const [tag, first] = [der[start], der[start + 1]];
  if (tag === undefined || first === undefined) throw new Error("asn1: syntax error: data truncated");
  let [content, length] = [start + 2, first];
  if (first >= 0x80) {
    const bytes = first & 0x7f;
    if (bytes === 0 || bytes > 4) throw new Error("asn1: structure error: length too large");
    if (content + bytes > limit) throw new Error("asn1: syntax error: data truncated");
    length = der.readUIntBE(content, bytes);
    content += bytes;
  }
  const end = content + length;
  if (end > limit) throw new Error("asn1: syntax error: data truncated");
  return { tag, start, content, end };
}

/** The elements within one, the first `count` of them at least. */
function children(der: Buffer, parent: Element, count: number): Element[] {
  const found: Element[] = [];
  for (let at = parent.content; at < parent.end; at = found.at(-1)!.end) found.push(readElement(der, at, parent.end));
  if (parent.tag !== tags.sequence || found.length < count) {
    throw new Error("asn1: structure error: tags don't match");
  }
  return found;
}

const failures: Readonly<Record<string, string>> = {
  rsa: "crypto/rsa: verification error",
  ec: "x509: ECDSA verification failure",
  ed25519: "x509: Ed25519 verification failure",
};

function publicKeyOf(der: Buffer): KeyObject {
  try {
    return createPublicKey({ key: der, format: "der", type: "spki" });
  } catch {
    throw new Error("x509: cannot verify signature: algorithm unimplemented");
  }
}

/** What is wrong with a request in PEM; undefined where its own key has signed it. */
export function certificateRequestFault(pem: string): string | undefined {
  const block = /-----BEGIN CERTIFICATE REQUEST-----\r?\n([A-Za-z0-9+/=\s]*)-----END CERTIFICATE REQUEST-----/.exec(
    pem,
  );
  if (!block) return "PEM block type must be CERTIFICATE REQUEST";
  try {
    checkSignature(Buffer.from(block[1]!, "base64"));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function checkSignature(der: Buffer): void {
  const outer = readElement(der, 0, der.length);
  if (outer.end < der.length) throw new Error("asn1: syntax error: trailing data");
  const [info, algorithm, signature] = children(der, outer, 3) as [Element, Element, Element];
  const keyInfo = children(der, info, 3)[2]!;
  const identifier = children(der, algorithm, 1)[0]!;
  if (identifier.tag !== tags.objectIdentifier || signature.tag !== tags.bitString) {
    throw new Error("asn1: structure error: tags don't match");
  }
  const oid = der.toString("hex", identifier.content, identifier.end);
  if (!(oid in hashes)) throw new Error("x509: cannot verify signature: algorithm unimplemented");
  const key = publicKeyOf(der.subarray(keyInfo.start, keyInfo.end));
  const signed = der.subarray(info.start, info.end);
  // The first byte of a bit string counts its unused bits.
  const bits = der.subarray(signature.content + 1, signature.end);
  if (!verify(hashes[oid], signed, key, bits)) {
    throw new Error(failures[key.asymmetricKeyType ?? ""] ?? "x509: signature verification failure");
  }
}
