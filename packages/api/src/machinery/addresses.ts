/** IP addresses and CIDR blocks: parsing, canonical text, membership, and the API's words for malformed ones. */

/** An address as its bytes: 4 or 16. */
export type AddressBytes = readonly number[];

function parseIPv4(text: string, strict: boolean): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const bytes: number[] = [];
  for (const part of parts) {
    if (!/^[0-9]{1,3}$/.test(part) || (strict && part.length > 1 && part.startsWith("0"))) return undefined;
    const byte = Number(part);
    if (byte > 255) return undefined;
    bytes.push(byte);
  }
  return bytes;
}

function parseGroups(text: string, strict: boolean): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (index === groups.length - 1 && group.includes(".")) {
      const tail = parseIPv4(group, strict);
      if (!tail) return undefined;
      bytes.push(...tail);
      continue;
    }
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    bytes.push(value >> 8, value & 0xff);
  }
  return bytes;
}

function parseIPv6(text: string, strict: boolean): number[] | undefined {
  const at = text.indexOf("::");
  if (at < 0) {
    const bytes = parseGroups(text, strict);
    return bytes?.length === 16 ? bytes : undefined;
  }
  const left = parseGroups(text.slice(0, at), strict);
  const right = parseGroups(text.slice(at + 2), strict);
  if (!left || !right || left.length + right.length > 14 || text.slice(0, at).includes(".")) return undefined;
  return [...left, ...Array<number>(16 - left.length - right.length).fill(0), ...right];
}

/**
 * The bytes of an address, 4 or 16; undefined where malformed. Leading zeros in IPv4 are taken as decimal unless `strict`,
 * as old fields allow them.
 */
export function parseIP(text: string, strict = false): number[] | undefined {
  return text.includes(":") ? parseIPv6(text, strict) : parseIPv4(text, strict);
}

const isMapped = (bytes: AddressBytes): boolean =>
  bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;

/** The canonical text (RFC 5952); an IPv4-mapped IPv6 address prints as IPv4. */
export function formatIP(bytes: AddressBytes): string {
  if (bytes.length === 4) return bytes.join(".");
  if (isMapped(bytes)) return bytes.slice(12).join(".");
  const groups: number[] = [];
  for (let index = 0; index < 16; index += 2)
    groups.push(((bytes[index] as number) << 8) | (bytes[index + 1] as number));
  const [start, length] = longestZeroRun(groups);
  const hex = (list: number[]): string => list.map((group) => group.toString(16)).join(":");
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - start > best[1]) best = [start, end - start];
    if (end > start) start = end;
  }
  return best;
}

/** A block of addresses. */
export interface Cidr {
  /** The address as written, host bits included. */
  readonly address: AddressBytes;
  readonly prefixLength: number;
}

/** A block such as "10.0.0.0/8"; undefined where malformed. */
export function parseCIDR(text: string, strict = false): Cidr | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return undefined;
  const address = parseIP(text.slice(0, slash), strict);
  const length = text.slice(slash + 1);
  if (!address || !/^[0-9]{1,3}$/.test(length) || (strict && length.length > 1 && length.startsWith("0")))
    return undefined;
  const prefixLength = Number(length);
  return prefixLength <= address.length * 8 ? { address, prefixLength } : undefined;
}

/** True where `address` lies in `block`; never across families. */
export function cidrContains(block: Cidr, address: AddressBytes): boolean {
  if (block.address.length !== address.length) return false;
  for (let bit = 0; bit < block.prefixLength; bit += 8) {
    const keep = Math.min(8, block.prefixLength - bit);
    const mask = (0xff << (8 - keep)) & 0xff;
    if (((block.address[bit >> 3] as number) & mask) !== ((address[bit >> 3] as number) & mask)) return false;
  }
  return true;
}

const maskedAddress = (block: Cidr): number[] =>
  block.address.map(
    (byte, index) => byte & (0xff << Math.max(0, 8 - Math.max(0, block.prefixLength - index * 8))) & 0xff,
  );

/** The canonical text of a block, host bits cleared. */
export function formatCIDR(block: Cidr): string {
  return `${formatIP(maskedAddress(block))}/${block.prefixLength}`;
}

/** True for an IPv6 address or block in text. */
export const isIPv6 = (text: string): boolean => text.includes(":");

const ipFault = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const cidrFault = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/** Faults of an address in a field that takes only canonical ones. */
export function isIP(text: string): string[] {
  const faults = isLegacyIP(text, true);
  if (faults.length > 0) return faults;
  const canonical = formatIP(parseIP(text) as number[]);
  return text === canonical ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
}

/** Faults of an address in an old field, which takes leading zeros and IPv4-mapped addresses unless `strict`. */
export function isLegacyIP(text: string, strict = false): string[] {
  const bytes = parseIP(text);
  if (!bytes) return [ipFault];
  if (!strict) return [];
  if (!parseIP(text, true)) return ["must not have leading 0s"];
  return isMapped(bytes) ? ["must not be an IPv4-mapped IPv6 address"] : [];
}

/** Faults of a block in a field that takes only canonical ones. */
export function isCIDR(text: string): string[] {
  const faults = isLegacyCIDR(text, true);
  if (faults.length > 0) return faults;
  const canonical = formatCIDR(parseCIDR(text) as Cidr);
  return text === canonical ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
}

/** Faults of a block in an old field. */
export function isLegacyCIDR(text: string, strict = false): string[] {
  const block = parseCIDR(text);
  if (!block) return [cidrFault];
  if (!strict) return [];
  if (!parseCIDR(text, true)) return ["must not have leading 0s in IP or prefix length"];
  if (isMapped(block.address)) return ["must not have an IPv4-mapped IPv6 address"];
  const masked = maskedAddress(block);
  const exact = masked.every((byte, index) => byte === block.address[index]);
  return exact ? [] : ["must not have bits set beyond the prefix length"];
}
