/**
 * SPDY/3.1's compressed name/value blocks. All header blocks of one direction are one zlib stream primed with a
 * dictionary that the protocol fixes (SPDY protocol draft 3.1, section 2.6.10).
 */
import { constants, inflateRawSync } from "node:zlib";

/** Header fields by lower-case name. Several values of one name are joined with NUL on the wire. */
export type SpdyHeaders = Readonly<Record<string, string>>;

/** Words in the dictionary that stand with their length as four bytes before them. */
const dictionaryWords = [
  "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow",
  "authorization cache-control connection content-base content-encoding content-language content-length",
  "content-location content-md5 content-range content-type date etag expect expires from host if-match",
  "if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma",
  "proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade",
  "user-agent vary via warning www-authenticate method get status",
].join(" ");

/** The rest of the dictionary: statuses, dates and media types without lengths. */
const dictionaryTail =
  "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505" +
  "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized" +
  "403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable" +
  "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT" +
  "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain," +
  "text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The dictionary of SPDY/3: 1,423 bytes. */
export const spdyDictionary: Buffer<ArrayBuffer> = Buffer.concat([
  ...dictionaryWords.split(" ").map(lengthPrefixed),
  lengthPrefixed("200 OK"),
  lengthPrefixed("version"),
  lengthPrefixed("HTTP/1.1"),
  lengthPrefixed("url"),
  lengthPrefixed("public"),
  lengthPrefixed("set-cookie"),
  lengthPrefixed("keep-alive"),
  lengthPrefixed("origin"),
  Buffer.from(dictionaryTail, "latin1"),
]);

function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return ((high << 16) | low) >>> 0;
}

/** zlib's two header bytes: deflate with a 32 KiB window, a preset dictionary follows by its checksum (RFC 1950). */
const zlibHeader = Buffer.from([0x78, 0xbb]);

/** Largest number of bytes in one stored deflate block (RFC 1951). */
const storedBlock = 65_535;

/**
 * Writes header blocks. The blocks are stored, not compressed: they are tens of bytes, and a stored block needs no
 * state, so that compression contexts cost nothing in memory and cannot leak (the CRIME attack).
 */
export class SpdyHeaderWriter {
  #started = false;

  /** The bytes of a header block, to follow all blocks written before it. */
  write(headers: SpdyHeaders): Buffer {
    const parts: Buffer[] = [];
    if (!this.#started) {
      this.#started = true;
      const checksum = Buffer.alloc(4);
      checksum.writeUInt32BE(adler32(spdyDictionary));
      parts.push(zlibHeader, checksum);
    }
    const block = plainBlock(headers);
    for (let at = 0; at < block.length; at += storedBlock) parts.push(...stored(block.subarray(at, at + storedBlock)));
    // The empty block is what a flush looks like; Go's reader waits for it before it hands on what came before.
    parts.push(...stored(Buffer.alloc(0)));
    return Buffer.concat(parts);
  }
}

function stored(bytes: Buffer): [Buffer, Buffer] {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(bytes.length, 1);
  head.writeUInt16LE(~bytes.length & 0xffff, 3);
  return [head, bytes];
}

function plainBlock(headers: SpdyHeaders): Buffer {
  const entries = Object.entries(headers);
  const count = Buffer.alloc(4);
  count.writeUInt32BE(entries.length);
  const parts: Buffer[] = [count];
  for (const [name, value] of entries) parts.push(lengthPrefixed(name.toLowerCase()), lengthPrefixed(value));
  return Buffer.concat(parts);
}

/** How far back deflate may refer. */
const windowSize = 32_768;

/** The longest header block that is read, uncompressed: more than any client of Kubernetes sends. */
const longestBlock = 64 * 1024;

/**
 * Reads header blocks. Each block ends on a byte boundary (the sender flushes), so it is inflated by itself, with what
 * came before as its dictionary: no native stream is kept per connection.
 */
export class SpdyHeaderReader {
  #window: Buffer = spdyDictionary;
  #started = false;

  /** Throws an Error where the block is not one, or is longer than 64 KiB. */
  read(block: Buffer): Record<string, string> {
    let bytes = block;
    if (!this.#started) {
      this.#started = true;
      bytes = afterZlibHeader(block);
    }
    const plain = inflateRawSync(bytes, {
      dictionary: this.#window,
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: longestBlock,
    });
    this.#window = Buffer.concat([this.#window, plain]).subarray(-windowSize);
    return parseBlock(plain);
  }
}

function afterZlibHeader(block: Buffer): Buffer {
  if (block.length < 6 || (block[0]! & 15) !== 8 || block.readUInt16BE(0) % 31 !== 0) {
    throw new Error("the header block does not start a zlib stream");
  }
  const hasDictionary = (block[1]! & 0x20) !== 0;
  if (!hasDictionary) return block.subarray(2);
  if (block.readUInt32BE(2) !== adler32(spdyDictionary)) throw new Error("the header block wants another dictionary");
  return block.subarray(6);
}

function parseBlock(plain: Buffer): Record<string, string> {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  let at = 4;
  const text = (): string => {
    const length = plain.readUInt32BE(at);
    at += 4 + length;
    if (at > plain.length) throw new Error("a header ends after its block");
    return plain.toString("latin1", at - length, at);
  };
  for (let left = plain.readUInt32BE(0); left > 0; left--) {
    const name = text().toLowerCase();
    headers[name] = text();
  }
  return headers;
}
