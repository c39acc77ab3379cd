/** Sentences on types and fields, from the file that scripts/generate-docs.ts writes at build time. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Docs } from "./type-schemas.ts";

/** The file: by type's full name, the type's sentence at "" and those of its fields. */
type DocsFile = Record<string, Record<string, string>>;

/** A Docs function that reads `file` when it is first called; without the file it knows nothing. */
export function docsFromFile(file: string | URL): Docs {
  let docs: DocsFile | undefined;
  let fingerprint: string | undefined;
  const docsOf = (typeName: string, field = ""): string | undefined => {
    docs ??= JSON.parse(readDocs(file)?.toString() ?? "{}") as DocsFile;
    const fields = Object.hasOwn(docs, typeName) ? docs[typeName] : undefined;
    return fields && Object.hasOwn(fields, field) ? fields[field] : undefined;
  };
  // Of the content, not of size and time: packages give all their files the same time.
  return Object.assign(docsOf, { fingerprint: () => (fingerprint ??= fingerprintOf(readDocs(file))) });
}

const fingerprintOf = (bytes: Uint8Array = Buffer.alloc(0)): string => createHash("sha256").update(bytes).digest("hex");

function readDocs(file: string | URL): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
