/** Sends collected warnings as Warning headers (RFC 9111's 299), which kubectl prints. */
import type { Observer } from "../exchange.ts";

/** Upstream's limits: beyond 4 KiB in all, texts are cut to 256 bytes; then warnings are left out. */
const maxTotal = 4096;
const maxShort = 256;

const quoted = (text: string): string => `"${text.replaceAll(/[\\"]/g, (character) => `\\${character}`)}"`;
const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e\u0080-\u{10ffff}]/gu, " ");

/** Header values for texts: `299 - "text"`; repeated texts once. */
export function warningHeaders(warnings: readonly string[]): string[] {
  const texts = [...new Set(warnings)].map(printable);
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  const headers: string[] = [];
  let length = 0;
  for (const text of texts) {
    const cut = total > maxTotal && text.length > maxShort ? text.slice(0, maxShort) : text;
    length += cut.length;
    if (length > maxTotal) break;
    headers.push(`299 - ${quoted(cut)}`);
  }
  return headers;
}

/** Adds the Warning header. */
export function warnings(): Observer {
  return (exchange, response) => {
    if (exchange.warnings.length > 0) response.headers["warning"] = warningHeaders(exchange.warnings);
  };
}
