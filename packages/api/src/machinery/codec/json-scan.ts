/**
 * What JSON.parse does not tell: how deep a document nests, how many keys its text has, which of them appear twice, and
 * what Go's parser says of a malformed one.
 */

/** Deepest nesting taken: far beyond any API object, and safe for everything here that recurses. */
export const maxJsonDepth = 1000;

/** Facts of a text that is JSON; for one that is not they mean nothing. */
export interface JsonScan {
  /** `"key":` pairs in the text. A parsed object that has fewer had duplicates. */
  readonly keys: number;
  readonly tooDeep: boolean;
}

/** One pass over the bytes of a document. */
export function scanJson(bytes: Uint8Array): JsonScan {
  let keys = 0;
  let depth = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    if (byte === 0x22) {
      for (index++; index < bytes.length; index++) {
        const inside = bytes[index];
        if (inside === 0x22) break;
        if (inside === 0x5c) index++;
      }
    } else if (byte === 0x3a) keys++;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > maxJsonDepth) return { keys, tooDeep: true };
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return { keys, tooDeep: false };
}

/** How Go shows a byte in "invalid character": quoted, with its escapes. */
function quoteByte(character: string): string {
  if (character === "'") return String.raw`'\''`;
  if (character === '"') return `'"'`;
  const code = character.codePointAt(0) as number;
  const short = new Map([
    [7, "a"],
    [8, "b"],
    [9, "t"],
    [10, "n"],
    [11, "v"],
    [12, "f"],
    [13, "r"],
    [92, "\\"],
  ]).get(code);
  if (short) return `'\\${short}'`;
  return code < 32 || code === 127 ? `'\\x${code.toString(16).padStart(2, "0")}'` : `'${character}'`;
}

class SyntaxFault extends Error {}

const space = new Set([" ", "\t", "\r", "\n"]);

/** Hears of each key in the order of the document; false: not of those within its value. */
type KeyVisitor = (path: string, duplicate: boolean) => boolean;

/** A strict reader of one JSON document that keeps nothing but paths. */
class JsonReader {
  readonly #text: string;
  readonly #visit: KeyVisitor;
  #at = 0;
  /** Within how many objects that nobody wants to hear about. */
  #skipped = 0;

  constructor(text: string, visit: KeyVisitor) {
    this.#text = text;
    this.#visit = visit;
  }

  /** Reads the whole document; throws SyntaxFault in Go's words. */
  document(): void {
    this.#value("");
    this.#spaces();
    if (this.#at < this.#text.length) throw this.#fault("after top-level value");
  }

  #spaces(): void {
    while (space.has(this.#text[this.#at] ?? "")) this.#at++;
  }

  #fault(context: string): SyntaxFault {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) return new SyntaxFault("unexpected end of JSON input");
    // Go reads bytes: of a character beyond ASCII it shows the first byte as if it were Latin-1.
    const first =
      code > 0x7f ? String.fromCharCode(new TextEncoder().encode(String.fromCodePoint(code))[0] as number) : undefined;
    return new SyntaxFault(`invalid character ${quoteByte(first ?? String.fromCharCode(code))} ${context}`);
  }

  #value(path: string): void {
    this.#spaces();
    const character = this.#text[this.#at] ?? "";
    if (character === "{") this.#object(path);
    else if (character === "[") this.#array(path);
    else if (character === '"') this.#string();
    else if (character === "-" || (character >= "0" && character <= "9")) this.#number();
    else if (character === "t") this.#literal("true");
    else if (character === "f") this.#literal("false");
    else if (character === "n") this.#literal("null");
    else throw this.#fault("looking for beginning of value");
  }

  #object(path: string): void {
    this.#at++;
    const seen = new Set<string>();
    this.#spaces();
    if (this.#text[this.#at] === "}") {
      this.#at++;
      return;
    }
    for (;;) {
      this.#spaces();
      if (this.#text[this.#at] !== '"') throw this.#fault("looking for beginning of object key string");
      const key = this.#string();
      const child = path === "" ? key : `${path}.${key}`;
      const skip = this.#skipped === 0 && !this.#visit(child, seen.has(key));
      seen.add(key);
      this.#spaces();
      if (this.#text[this.#at] !== ":") throw this.#fault("after object key");
      this.#at++;
      if (skip) this.#skipped++;
      this.#value(child);
      if (skip) this.#skipped--;
      this.#spaces();
      const next = this.#text[this.#at];
      if (next !== "," && next !== "}") throw this.#fault("after object key:value pair");
      this.#at++;
      if (next === "}") return;
    }
  }

  #array(path: string): void {
    this.#at++;
    this.#spaces();
    if (this.#text[this.#at] === "]") {
      this.#at++;
      return;
    }
    for (let index = 0; ; index++) {
      this.#value(`${path}[${index}]`);
      this.#spaces();
      const next = this.#text[this.#at];
      if (next !== "," && next !== "]") throw this.#fault("after array element");
      this.#at++;
      if (next === "]") return;
    }
  }

  #string(): string {
    const start = this.#at++;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) throw this.#fault("");
      if (character < " ") throw this.#fault("in string literal");
      this.#at++;
      if (character === '"') return JSON.parse(this.#text.slice(start, this.#at)) as string;
      if (character === "\\") this.#escape();
    }
  }

  #escape(): void {
    const kind = this.#text[this.#at] ?? "";
    if (kind === "" || !'"\\/bfnrtu'.includes(kind)) throw this.#fault("in string escape code");
    this.#at++;
    if (kind !== "u") return;
    for (let digit = 0; digit < 4; digit++, this.#at++) {
      if (!/^[0-9a-fA-F]$/.test(this.#text[this.#at] ?? ""))
        throw this.#fault(String.raw`in \u hexadecimal character escape`);
    }
  }

  #digits(context: string): void {
    const isDigit = (): boolean => (this.#text[this.#at] ?? "") >= "0" && (this.#text[this.#at] ?? "") <= "9";
    if (!isDigit()) throw this.#fault(context);
    while (isDigit()) this.#at++;
  }

  #number(): void {
    if (this.#text[this.#at] === "-") this.#at++;
    if (this.#text[this.#at] === "0") this.#at++;
    else this.#digits("in numeric literal");
    if (this.#text[this.#at] === ".") {
      this.#at++;
      this.#digits("after decimal point in numeric literal");
    }
    if (this.#text[this.#at] === "e" || this.#text[this.#at] === "E") {
      this.#at++;
      if (this.#text[this.#at] === "+" || this.#text[this.#at] === "-") this.#at++;
      this.#digits("in exponent of numeric literal");
    }
  }

  #literal(word: string): void {
    for (const [index, character] of [...word].entries()) {
      if (this.#text[this.#at] !== character) {
        throw this.#fault(
          index === 0 ? "looking for beginning of value" : `in literal ${word} (expecting '${character}')`,
        );
      }
      this.#at++;
    }
  }
}

/** What Go says of a text that JSON.parse refused; "" where Go has nothing against it. */
export function jsonSyntaxFault(text: string): string {
  try {
    new JsonReader(text, () => false).document();
    return "";
  } catch (error) {
    if (error instanceof SyntaxFault) return error.message;
    throw error;
  }
}

/** Most faults that a strict reader reports. */
const maxProblems = 100;

/**
 * `duplicate field "spec.replicas"` for each key that an object of this document has twice, among `unknown` (texts such as
 * `unknown field "spec.x"`) in the order of the document. Nothing is told twice, nor of what is within unknown fields.
 */
export function fieldProblems(text: string, unknown: readonly string[] = []): string[] {
  const waiting = new Set(unknown);
  const told = new Set<string>();
  const reader = new JsonReader(text, (path, duplicate) => {
    const quoted = JSON.stringify(path);
    const foreign = `unknown field ${quoted}`;
    if (waiting.has(foreign)) told.add(foreign);
    else if (duplicate) told.add(`duplicate field ${quoted}`);
    return !waiting.has(foreign);
  });
  reader.document();
  for (const problem of waiting) told.add(problem);
  return [...told].slice(0, maxProblems);
}

/** How many keys a parsed value has, all levels together. */
export function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) {
    for (const item of value) keys += countKeys(item);
    return keys;
  }
  for (const key in value) keys += 1 + countKeys((value as Record<string, unknown>)[key]);
  return keys;
}
