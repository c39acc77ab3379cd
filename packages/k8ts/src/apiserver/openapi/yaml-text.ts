/** JSON values as YAML in flow style, in which every reader of YAML 1.1 and 1.2 sees the same values. */

/** What YAML does not allow unescaped, or would fold into spaces, though JSON does not mind it. */
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Strings are always quoted: bare, "on", "0o7" or "1:30" mean something else to some readers. */
const quoted = (text: string): string => JSON.stringify(text.toWellFormed()).replaceAll(unprintable, escaped);

/** Longer keys must say that they are keys: go-yaml gives up on finding their colon after 1024 characters. */
const longestImplicitKey = 1000;

function keyText(key: string): string {
  const text = quoted(key);
  return text.length > longestImplicitKey ? `? ${text} ` : text;
}

/** The YAML text of a JSON value, on one line. What JSON leaves out is left out. */
export function yamlText(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(yamlText).join(", ")}]`;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${entries.map(([key, field]) => `${keyText(key)}: ${yamlText(field)}`).join(", ")}}`;
}
