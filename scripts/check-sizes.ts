/**
 * Files are read in one sitting: at most 400 lines. Those that are longer stand in scripts/size-exceptions.json with a
 * reason; the list only shrinks, so an exception that is no longer needed is a fault too.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const maxLines = 400;
const patterns = [
  "packages/*/src/**/*.ts",
  "packages/*/schema/*.ts",
  "scripts/*.ts",
  "bench/**/*.ts",
  "e2e/**/*.ts",
  "examples/**/*.ts",
];

/** Every fault, as a line. */
export function sizeFaults(): string[] {
  const exceptions = JSON.parse(readFileSync(join(import.meta.dirname, "size-exceptions.json"), "utf8")) as Record<
    string,
    string
  >;
  const faults: string[] = [];
  const long = new Set<string>();
  for (const file of globSync(patterns, { cwd: root })) {
    if (file.includes("/src/types/")) continue;
    const lines = readFileSync(join(root, file), "utf8").split("\n").length - 1;
    if (lines <= maxLines) continue;
    long.add(file);
    if (!exceptions[file]) faults.push(`${file}: ${lines} lines; split it by what it is about`);
  }
  for (const file of Object.keys(exceptions)) {
    if (!long.has(file)) faults.push(`${file}: no longer needs its exception in scripts/size-exceptions.json`);
  }
  return faults;
}
