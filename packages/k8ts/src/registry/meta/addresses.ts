/** Addresses in API fields. */
import { fieldInvalid, isLegacyCIDR, isLegacyIP, parseIP, type FieldError } from "@k8ts/api";

/**
 * An address, without leading zeros and not an IPv4-mapped one; `accepted` are values that an older version let in and
 * that may stay. Returns whether it was fine.
 */
export function checkLegacyIP(
  value: string,
  path: string,
  faults: FieldError[],
  accepted: readonly string[] = [],
): boolean {
  const details = isLegacyIP(value, !accepted.includes(value));
  for (const detail of details) faults.push(fieldInvalid(path, value, detail));
  return details.length === 0;
}

/** A block of addresses, under the same rules. */
export function checkLegacyCIDR(
  value: string,
  path: string,
  faults: FieldError[],
  accepted: readonly string[] = [],
): void {
  for (const detail of isLegacyCIDR(value, !accepted.includes(value))) faults.push(fieldInvalid(path, value, detail));
}

/** True where the list holds one IPv4 and one IPv6 address or block, in any order. */
export function isDualStack(values: readonly string[]): boolean {
  return values.some((value) => value.includes(":")) && values.some((value) => !value.includes(":"));
}

/** An address that traffic may be sent to: no loopback, link-local or unspecified one. */
export function checkEndpointIP(value: string, path: string, faults: FieldError[]): void {
  const bytes = parseIP(value);
  if (!bytes) {
    faults.push(fieldInvalid(path, value, "must be a valid IP address"));
    return;
  }
  for (const detail of unusableAddress(plainIPv4(bytes), value)) faults.push(fieldInvalid(path, value, detail));
}

/** IPv4-mapped IPv6 addresses behave as the IPv4 address they hold. */
function plainIPv4(bytes: readonly number[]): readonly number[] {
  const mapped =
    bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return mapped ? bytes.slice(12) : bytes;
}

function unusableAddress(bytes: readonly number[], text: string): string[] {
  const [first = 0, second = 0, third = 0] = bytes;
  const four = bytes.length === 4;
  const details: string[] = [];
  if (bytes.every((byte) => byte === 0)) details.push(`may not be unspecified (${text})`);
  const lastIsOne = bytes.at(-1) === 1 && bytes.slice(0, -1).every((byte) => byte === 0);
  if (four ? first === 127 : lastIsOne) details.push("may not be in the loopback range (127.0.0.0/8, ::1/128)");
  if (four ? first === 169 && second === 254 : first === 0xfe && (second & 0xc0) === 0x80) {
    details.push("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  }
  if (four ? first === 224 && second === 0 && third === 0 : first === 0xff && (second & 0x0f) === 0x02) {
    details.push("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
  }
  return details;
}
