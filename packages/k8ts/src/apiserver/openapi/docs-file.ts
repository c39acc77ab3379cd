/** Sentences on types and fields, from the file that scripts/generate-docs.ts writes at build time. */
import { readFileSync } from "node:fs";
import type { Docs } from "./type-schemas.ts";

/** The file: by type's full name, the type's sentence at "" and those of its fields. */
type DocsFile = Record<string, Record<string, string>>;

/** A Docs function that reads `file` when it is first called; without the file it knows nothing. */
export function docsFromFile(file: string | URL): Docs {
  let docs: DocsFile | undefined;
  return (typeName, field = "") => {
    docs ??= readDocs(file);
    const fields = Object.hasOwn(docs, typeName) ? docs[typeName] : undefined;
    return fields && Object.hasOwn(fields, field) ? fields[field] : undefined;
  };
}

function readDocs(file: string | URL): DocsFile {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as DocsFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}
