/**
 * One line of a log in CRI's format: `2016-10-06T00:17:09.669794202Z stdout F content`. The tag is P where the runtime
 * has cut a longer line in pieces, F at its end.
 */

/** A parsed line; offsets count from the line's first byte. */
export interface CriLine {
  /** The length of the timestamp, which the line begins with. */
  readonly timestampLength: number;
  readonly stream: "stdout" | "stderr";
  readonly partial: boolean;
  /** Where the content begins; it ends with the line (or before its newline, where the line is partial). */
  readonly contentStart: number;
}

const space = 0x20;
const shortestTimestamp = "2016-10-06T00:17:09Z".length;

/** Parses the line at `start`; undefined where it is not one. */
export function parseCriLine(bytes: Buffer, start: number, end: number): CriLine | undefined {
  const afterTimestamp = find(bytes, start, end);
  if (afterTimestamp < start + shortestTimestamp || bytes[start + 10] !== 0x54) return undefined;
  const afterStream = find(bytes, afterTimestamp + 1, end);
  if (afterStream < 0) return undefined;
  const stream = streamName(bytes, afterTimestamp + 1, afterStream);
  if (stream === undefined) return undefined;
  const afterTag = find(bytes, afterStream + 1, end);
  if (afterTag < 0) return undefined;
  // More tags may follow the first, parted by colons.
  const first = bytes[afterStream + 1];
  const second = bytes[afterStream + 2];
  const partial = first === 0x50 && (second === space || second === 0x3a);
  return { timestampLength: afterTimestamp - start, stream, partial, contentStart: afterTag + 1 - start };
}

function find(bytes: Buffer, from: number, end: number): number {
  const at = bytes.indexOf(space, from);
  return at < 0 || at >= end ? -1 : at;
}

function streamName(bytes: Buffer, start: number, end: number): "stdout" | "stderr" | undefined {
  const name = end - start === 6 ? bytes.toString("latin1", start, end) : "";
  return name === "stdout" || name === "stderr" ? name : undefined;
}

/** A timestamp as `kubectl logs --timestamps` prints it: always nine digits of fraction. */
export function fixedTimestamp(text: string): string {
  const zone = /(?:Z|[+-]\d\d:\d\d)$/.exec(text)?.[0] ?? "Z";
  const [seconds = "", fraction = ""] = text.slice(0, text.length - zone.length).split(".");
  return `${seconds}.${fraction.padEnd(9, "0").slice(0, 9)}${zone === "+00:00" ? "Z" : zone}`;
}

/** A line in CRI's format; `content` without its newline, `timestamp` in milliseconds. */
export function criLine(timestamp: string, stream: "stdout" | "stderr", content: string): string {
  return `${timestamp} ${stream} F ${content}\n`;
}
