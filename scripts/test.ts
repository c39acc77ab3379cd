/**
 * `npm test`: everything CI runs. The gate (format, lint, types, unit tests …), then the end-to-end tests in e2e/ with
 * real processes, real kubectl and, where the machine can, real containers. Closes with "N passed, N failed".
 */
import { globSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { buildBundle } from "./build.ts";
import { buildDemoImages } from "./build-images.ts";
import { prepareForContainers } from "./debian-setup.ts";
import { runGate } from "./ok.ts";

const root = join(import.meta.dirname, "..");

/** Runs test files one after the other; counts their tests. */
async function runTests(files: readonly string[]): Promise<{ passed: number; failed: number }> {
  let passed = 0;
  let failed = 0;
  const stream = run({ files: [...files], concurrency: 1, execArgv: ["--conditions=source"], timeout: 900_000 });
  stream.on("test:pass", (event) => {
    if (event.details.type !== "suite") passed++;
  });
  stream.on("test:fail", () => failed++);
  for await (const text of stream.compose(spec)) process.stdout.write(text as string);
  return { passed, failed };
}

const gate = runGate();
await buildBundle();
const obstacle = prepareForContainers();
if (obstacle) console.log(`Note: ${obstacle}; end-to-end tests that need containers are left out.`);
else await buildDemoImages(console.log);
const patterns = ["examples/**/*.test.ts", obstacle ? "e2e/simulated/**/*.test.ts" : "e2e/**/*.test.ts"];
const files = globSync(patterns, { cwd: root })
  .sort()
  .map((file) => join(root, file));
const { passed, failed } = await runTests(files);
console.log(`${passed + (gate ? 1 : 0)} passed, ${failed + (gate ? 0 : 1)} failed`);
process.exit(gate && failed === 0 ? 0 : 1);
