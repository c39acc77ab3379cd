/** Short hashes that end up in names and labels (pod-template-hash). */

const alphabet = "bcdfghjklmnpqrstvwxz2456789";

/** FNV-1a, 32 bits, over the UTF-8 of `text`; continue from `state` to hash in parts. */
export function fnv32a(text: string, state = 0x811c9dc5): number {
  let hash = state;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Text with each character mapped onto Kubernetes' alphabet without vowels. */
export function safeEncode(text: string): string {
  let encoded = "";
  for (let index = 0; index < text.length; index++) encoded += alphabet[text.charCodeAt(index) % alphabet.length];
  return encoded;
}

/** JSON with keys in order, without undefined and null: equal objects give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined && field !== null)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(",")}}`;
}

/**
 * The hash of a pod template that ReplicaSets and ControllerRevisions carry, safe-encoded. Equal templates hash equally
 * whatever their key order; `collisionCount` gives another hash for the same template. Upstream hashes Go's dump of the
 * struct, which nobody else can reproduce: the value differs from upstream's, its shape and use do not.
 */
export function podTemplateHash(template: object, collisionCount?: number): string {
  let hash = fnv32a(canonicalJson(template));
  if (collisionCount !== undefined) {
    for (let byte = 0; byte < 8; byte++) {
      const part = byte < 4 ? (collisionCount >>> (8 * byte)) & 0xff : 0;
      hash = Math.imul(hash ^ part, 0x01000193);
    }
  }
  return safeEncode(String(hash >>> 0));
}
