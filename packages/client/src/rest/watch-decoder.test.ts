import assert from "node:assert/strict";
import { it } from "node:test";
import { LineSplitter } from "./watch-decoder.ts";

const encoder = new TextEncoder();

/** Feeds text cut at every `size` bytes. */
function split(text: string, size: number): { lines: string[]; incomplete: boolean } {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(new TextDecoder().decode(line)));
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length; at += size) splitter.push(bytes.slice(at, at + size));
  return { lines, incomplete: splitter.incomplete };
}

const cases: [string, string[], boolean][] = [
  ["", [], false],
  ["a\n", ["a"], false],
  ["a\nb\n", ["a", "b"], false],
  ["\n\na\n\n", ["a"], false],
  ["a\nhalf", ["a"], true],
  ["ä€𐍈\nß\n", ["ä€𐍈", "ß"], false],
];

for (const size of [1, 2, 3, 1000]) {
  it(`splits lines cut every ${size} bytes`, () => {
    for (const [text, lines, incomplete] of cases) assert.deepEqual(split(text, size), { lines, incomplete }, text);
  });
}

it("costs no more than its length for a line in many chunks", () => {
  const chunk = new Uint8Array(1000).fill(97);
  let length = 0;
  const splitter = new LineSplitter((line) => (length = line.length));
  // Quadratic concatenation of these 50 MB would copy 1.25 TB.
  for (let n = 0; n < 50_000; n++) splitter.push(chunk);
  splitter.push(encoder.encode("\n"));
  assert.equal(length, 50_000_000);
});
