/**
 * `npm run ok`: the one gate, run before every commit and first in CI. Format, lint, layers, sizes, types, generated
 * files, dead code, unit tests. Prints a line a step; shows a step's output only where it fails.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { generateTypes } from "./generate-types.ts";
import { lockFileFaults } from "./lock-file.ts";
import { layerFaults } from "./check-layers.ts";
import { sizeFaults } from "./check-sizes.ts";

const root = join(import.meta.dirname, "..");
const bin = (name: string): string => join(root, "node_modules", ".bin", name);

function command(name: string, args: readonly string[]): string[] {
  const result = spawnSync(name, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.status === 0) return [];
  return [`${result.stdout}${result.stderr}`.trim() || `${name} ended with ${result.status ?? result.signal}`];
}

const unitTests = ["packages/*/src/**/*.test.ts", "scripts/**/*.test.ts"];

/** The steps, cheap ones first. Each returns its faults. */
const steps: readonly [name: string, run: () => string[]][] = [
  ["format", () => command(bin("oxfmt"), ["--check", "."])],
  ["lint", () => command(bin("oxlint"), ["--quiet"])],
  ["layers", layerFaults],
  ["sizes", sizeFaults],
  ["lock file", lockFileFaults],
  ["generated files", () => generateTypes(true).map((file) => `out of date: ${file}; run: npm run generate`)],
  ["types", () => command(bin("tsc"), ["-p", "."])],
  ["dead code", () => command(bin("knip"), ["--no-progress"])],
  [
    "unit tests",
    () => command(process.execPath, ["--conditions=source", "--test", "--test-reporter=dot", ...unitTests]),
  ],
];

/** Runs the gate; false where a step fails. */
export function runGate(): boolean {
  let passed = true;
  for (const [name, run] of steps) {
    const started = performance.now();
    const faults = run();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${faults.length === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
    for (const fault of faults) console.log(fault);
    if (faults.length > 0) passed = false;
  }
  return passed;
}

if (process.argv[1] === import.meta.filename) process.exit(runGate() ? 0 : 1);
