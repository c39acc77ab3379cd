/** YAML bodies: the first document, as JSON values, read as Kubernetes reads YAML (1.2 with the booleans and octals of 1.1). */
import { boolYaml11Tag, CORE_SCHEMA, defineScalarTag, loadAll, mergeTag, NOT_RESOLVED, YAMLException } from "js-yaml";

/** A parsed document and its duplicate keys. */
export interface ParsedYaml {
  readonly value: unknown;
  /** `yaml: unmarshal errors:\n  line 5: key "x" already set in map`; at most one. */
  readonly problems: string[];
}

const integerShape = /^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]*|[1-9][0-9_]*)$/;

function parseInteger(text: string): number {
  const digits = text.replaceAll("_", "").replace(/^[-+]/, "");
  const octal = /^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits;
  return Number(octal) * (text.startsWith("-") ? -1 : 1);
}

/** Integers with YAML 1.1's octals (0644), but not its base 60: "80:80" stays a string. */
const integerTag = defineScalarTag<number>("tag:yaml.org,2002:int", {
  implicit: true,
  implicitFirstChars: [..."-+0123456789"],
  resolve: (source) => (integerShape.test(source) ? parseInteger(source) : NOT_RESOLVED),
  identify: (value) => Number.isInteger(value),
});

const schema = CORE_SCHEMA.withTags(mergeTag, boolYaml11Tag, integerTag);

/** Values that a document with aliases may stand for, written out. */
const maxExpandedValues = 1_000_000;
const limits = { schema, maxDepth: 500, maxAliases: 1000 } as const;

/** Parses the first document of `text`; null where there is none. Throws what `fault` makes of upstream's message. */
export function parseYaml(text: string, fault: (message: string) => Error): ParsedYaml {
  const { documents, problems } = loadDocuments(text, fault);
  return { value: expand(documents[0] ?? null, { left: maxExpandedValues, fault }), problems };
}

function loadDocuments(text: string, fault: (message: string) => Error): { documents: unknown[]; problems: string[] } {
  try {
    return { documents: loadAll(text, limits), problems: [] };
  } catch (error) {
    if (!(error instanceof YAMLException) || error.reason !== "duplicated mapping key") throw fault(faultText(error));
    const line = error.mark?.line ?? 0;
    const key = /^[\s-]*"?([^":]*)"?:/.exec(text.split("\n")[line] ?? "")?.[1] ?? "";
    const problem = `yaml: unmarshal errors:\n  line ${line + 1}: key ${JSON.stringify(key)} already set in map`;
    return { documents: loadLenient(text, fault), problems: [problem] };
  }
}

/** Later keys win, as in JSON. */
function loadLenient(text: string, fault: (message: string) => Error): unknown[] {
  try {
    return loadAll(text, { ...limits, json: true });
  } catch (error) {
    throw fault(faultText(error));
  }
}

function faultText(error: unknown): string {
  const reason = error instanceof YAMLException ? error.reason : (error as Error).message;
  const line = error instanceof YAMLException && error.mark ? `line ${error.mark.line + 1}: ` : "";
  return `error converting YAML to JSON: yaml: ${line}${reason}`;
}

/** A copy without shared parts: aliases make the same object appear in several places. */
function expand(value: unknown, budget: { left: number; fault: (message: string) => Error }): unknown {
  if (--budget.left < 0) {
    throw budget.fault("error converting YAML to JSON: yaml: document contains excessive aliasing");
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw budget.fault(`error converting YAML to JSON: json: unsupported value: ${value}`);
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => expand(item, budget));
  const copy: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const kept = expand(field, budget);
    if (key === "__proto__") {
      Object.defineProperty(copy, key, { value: kept, configurable: true, enumerable: true, writable: true });
    } else copy[key] = kept;
  }
  return copy;
}
