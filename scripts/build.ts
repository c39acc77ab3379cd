/**
 * `npm run build`: bundles the command into packages/k8ts/dist/k8ts.js (what we ship: it starts an order of magnitude
 * faster than the sources) and collects the docs for `kubectl explain`. Fast enough (some 200 ms) to run at every start.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const source = join(root, "packages", "k8ts", "src");
const dist = join(root, "packages", "k8ts", "dist");

/** Packages with native code stay outside the bundle. */
const external = ["lmdb"];

/** Builds the bundle; resolves to the command's path. */
export async function buildBundle(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, "packages", "k8ts", "package.json"), "utf8")) as {
    version: string;
  };
  rmSync(join(dist, "chunks"), { recursive: true, force: true });
  await build({
    entryPoints: { k8ts: join(source, "main.ts") },
    outdir: dist,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    conditions: ["source"],
    // ES modules where a package has them: their names survive a dynamic import.
    mainFields: ["module", "main"],
    external,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    define: { K8TS_VERSION: JSON.stringify(version) },
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  await buildDocs();
  return join(dist, "k8ts.js");
}

async function buildDocs(): Promise<void> {
  if (existsSync(join(dist, "docs.json"))) return;
  const { generateDocs } = await import("./generate-docs.ts");
  generateDocs(join(dist, "docs.json"));
}

if (process.argv[1] === import.meta.filename) console.log(await buildBundle());
