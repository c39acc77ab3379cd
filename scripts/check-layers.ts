/**
 * Proves that imports run one way through the house: api ← client ← k8ts; inside k8ts, each room imports only what its
 * line below allows, and enters another room through its index.ts. Prints each import that does not.
 */
import { readFileSync, globSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const root = join(import.meta.dirname, "..");
const rooms = join(root, "packages", "k8ts", "src");

/** Rooms of the server and what each may import beside @k8ts/api. "contracts": the type-only files named in `contracts`. */
const allowed: Record<string, readonly string[]> = {
  storage: [],
  auth: ["registry", "storage"],
  admission: ["registry", "auth"],
  registry: ["storage", "auth", "admission"],
  apiserver: ["auth", "admission", "registry", "storage", "@k8ts/client"],
  controllers: ["@k8ts/client"],
  scheduler: ["@k8ts/client"],
  kubelet: ["@k8ts/client"],
  proxy: ["@k8ts/client"],
  dns: ["@k8ts/client"],
  ingress: ["@k8ts/client"],
  host: [],
  images: [],
  telemetry: [],
  testing: ["*"],
  cli: ["*"],
};

/** Files of a room that others may import directly, because they only hold types both sides share. */
const contracts = new Set([
  "component.ts",
  "registry/context.ts",
  "registry/strategy.ts",
  "registry/resource-store.ts",
  "admission/admission.ts",
  "auth/user.ts",
  "storage/storage.ts",
  "kubelet/runtimes/runtime.ts",
]);

const importPattern = /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)/g;

function importsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? "");
}

function roomFault(file: string, specifier: string): string | undefined {
  const from = relative(rooms, file).split("/");
  const room = from.length > 1 ? from[0]! : "";
  const may = allowed[room];
  if (room === "" || !may || may.includes("*")) return undefined;
  if (specifier.startsWith("@k8ts/client")) {
    return may.includes("@k8ts/client") ? undefined : `${room} may not import ${specifier}`;
  }
  if (!specifier.startsWith(".")) return undefined;
  const target = relative(rooms, resolve(dirname(file), specifier));
  const targetRoom = target.split("/")[0]!;
  if (targetRoom === room || contracts.has(target)) return undefined;
  if (target.startsWith("..")) return `${room} may not import ${specifier}: import packages by name`;
  if (!may.includes(targetRoom)) return `${room} may not import ${targetRoom}`;
  if (target !== `${targetRoom}/index.ts`) return `${target} is inside ${targetRoom}: import its index.ts`;
  return undefined;
}

function packageFault(file: string, specifier: string): string | undefined {
  const owner = relative(root, file).split("/")[1];
  if (owner === "api" && /^@k8ts\/client|^k8ts\b/.test(specifier)) return `api may not import ${specifier}`;
  if (owner === "client" && /^k8ts\b/.test(specifier)) return `client may not import ${specifier}`;
  const browserSafe = owner === "api" || (owner === "client" && !isNodeOnly(file));
  if (browserSafe && specifier.startsWith("node:")) return `${specifier} in a file that browsers load`;
  return undefined;
}

/** The client's Node door and what only it reaches. */
const isNodeOnly = (file: string): boolean => /\/client\/src\/(?:node\.ts|node\/.*|testing\/.*)$/.test(file);

/** Tests may reach across rooms, and so may what only tests use. */
const isTestCode = (file: string): boolean =>
  /\.(?:test|fixture)\.ts$|-under-test\.ts$|\/testing\/|testdata/.test(file.replace("/k8ts/src/testing/", "/"));

/** Every fault, as "file: why". */
export function layerFaults(): string[] {
  const faults: string[] = [];
  for (const file of globSync("packages/*/src/**/*.ts", { cwd: root }).map((name) => join(root, name))) {
    if (file.includes("/src/types/") || isTestCode(file)) continue;
    for (const specifier of importsOf(file)) {
      const fault = packageFault(file, specifier) ?? (file.startsWith(rooms) ? roomFault(file, specifier) : undefined);
      if (fault) faults.push(`${relative(root, file)}: ${fault}`);
    }
  }
  return faults;
}

if (process.argv[1] === import.meta.filename) {
  const faults = layerFaults();
  for (const fault of faults) console.error(fault);
  process.exit(faults.length > 0 ? 1 : 0);
}
