/**
 * `npm run build`: bundles the command into packages/k8ts/dist/k8ts.js (what we ship: it starts an order of magnitude
 * faster than the sources) and collects the docs for `kubectl explain`. Fast enough (some 200 ms) to run at every start.
 */
import { existsSync, globSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

const root = join(import.meta.dirname, "..");
const source = join(root, "packages", "k8ts", "src");
const dist = join(root, "packages", "k8ts", "dist");

/**
 * `await import("a-commonjs-package")` must give the same names in the bundle as in Node: esbuild alone gives only a
 * default. The names are those the package has here and now.
 */
const namesOfCommonJs: Plugin = {
  name: "names-of-commonjs",
  setup(build) {
    const require = createRequire(import.meta.url);
    build.onResolve({ filter: /^[^.]/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (kind !== "dynamic-import" || isBuiltin(path) || external.includes(path) || pluginData === resolving) return;
      const resolved = await build.resolve(path, { kind, resolveDir, pluginData: resolving });
      const isCommonJs =
        resolved.path.endsWith(".cjs") || !/\b(?:export|import)\s/.test(readFileSync(resolved.path, "utf8"));
      return isCommonJs ? { path: resolved.path, namespace: "commonjs-names" } : resolved;
    });
    build.onLoad({ filter: /.*/, namespace: "commonjs-names" }, ({ path }) => {
      const names = Object.keys(require(path) as object).filter(
        (name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== "default",
      );
      const contents = `import * as all from ${JSON.stringify(path)}; export const { ${names.join(", ")} } = all; export default all.default ?? all;`;
      return { contents, resolveDir: source };
    });
  },
};

/**
 * Importing node:http as a module reads each of its exports, one of which loads the whole of undici: 25 ms at every start.
 * In the bundle its names come from the module object instead.
 */
const leanBuiltins: Plugin = {
  name: "lean-builtins",
  setup(build) {
    build.onResolve({ filter: /^(?:node:)?http$/ }, ({ kind }) =>
      kind === "require-call" ? undefined : { path: "node:http", namespace: "lean-builtins" },
    );
    build.onLoad({ filter: /.*/, namespace: "lean-builtins" }, () => ({
      contents: `const http = process.getBuiltinModule("node:http");
        export const { Agent, STATUS_CODES, METHODS, createServer, request, get, Server, ServerResponse, IncomingMessage, ClientRequest, OutgoingMessage } = http;
        export default http;`,
    }));
  },
};

const resolving = Symbol("resolving");

/** Packages with native code stay outside the bundle. */
const external = ["lmdb"];

/** Builds the bundle; resolves to the command's path. */
export async function buildBundle(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, "packages", "k8ts", "package.json"), "utf8")) as {
    version: string;
  };
  removeOldChunks();
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
    plugins: [namesOfCommonJs, leanBuiltins],
    logLevel: "warning",
  });
  await buildDocs();
  return join(dist, "k8ts.js");
}

/** A daemon of an earlier build may still load its chunks, whose names are their content's: they go after a week. */
function removeOldChunks(): void {
  for (const file of globSync("chunks/*.js", { cwd: dist })) {
    const path = join(dist, file);
    if (Date.now() - statSync(path).mtimeMs > 7 * 24 * 3600 * 1000) rmSync(path);
  }
}

async function buildDocs(): Promise<void> {
  if (existsSync(join(dist, "docs.json"))) return;
  const { generateDocs } = await import("./generate-docs.ts");
  generateDocs(join(dist, "docs.json"));
}

if (process.argv[1] === import.meta.filename) console.log(await buildBundle());
