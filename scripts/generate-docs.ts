/**
 * Writes packages/k8ts/dist/docs.json: what `kubectl explain` says of types and fields. The sentences come from the type
 * declarations of @kubernetes/client-node (a dev dependency), so that none of them is checked in.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tables } from "../packages/api/schema/index.ts";
import { parseTable, type StructSchema } from "../packages/api/src/machinery/schema.ts";

const root = join(import.meta.dirname, "..");
const models = join(root, "node_modules", "@kubernetes", "client-node", "dist", "gen", "models");

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Class names that the generated client may have given "core.v1.Event": CoreV1Event, V1Event. */
function classNames(typeName: string): string[] {
  const [group = "", version = "", name = ""] = typeName.split(".");
  const base = `${capital(version)}${name}`;
  return [`${capital(group)}${base}`, base];
}

const comment = /\/\*\*\n((?:\s*\*[^\n]*\n)+?)\s*\*\/\n\s*(?:export declare class (\w+)|'([^']+)'\??:)/g;

/** Comments of one declaration file: the class's at "", each field's at its name. */
function docsOf(text: string): Record<string, string> {
  const docs: Record<string, string> = {};
  for (const [, lines = "", className, field] of text.matchAll(comment)) {
    const sentence = lines
      .split("\n")
      .map((line) => line.replace(/^\s*\* ?/, "").trim())
      .join(" ")
      // The generator of the declarations escapes quotes, and makes single ones of backquotes.
      .replace(/\\(["'])/g, (_, quote: string) => (quote === "'" ? "`" : quote))
      .trim();
    if (sentence !== "") docs[className === undefined ? (field as string) : ""] = sentence;
  }
  return docs;
}

function docsOfStruct(struct: StructSchema): Record<string, string> | undefined {
  const file = classNames(struct.name)
    .map((name) => join(models, `${name}.d.ts`))
    .find((path) => existsSync(path));
  if (!file) return undefined;
  const docs = docsOf(readFileSync(file, "utf8"));
  const known = Object.entries(docs).filter(([field]) => field === "" || struct.fields.has(field));
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

/** Writes the docs of every type to `file`; writes nothing where the package is not installed. Returns the types told. */
export function generateDocs(file: string): number {
  if (!existsSync(models)) return 0;
  const docs: Record<string, Record<string, string>> = {};
  for (const table of tables) {
    for (const struct of parseTable(table).structs.values()) {
      const found = docsOfStruct(struct);
      if (found) docs[struct.name] = found;
    }
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(docs));
  return Object.keys(docs).length;
}

if (import.meta.main) {
  const file = join(root, "packages", "k8ts", "dist", "docs.json");
  console.log(`docs of ${generateDocs(file)} types in ${file}`);
}
