/**
 * The index text kept beside a stored value: labels and selectable fields, so that neither recovery nor a selector parses
 * the object. First line: labels as `key=value` joined by commas. Kinds with selectable fields go on with a line that
 * tells which ones (so that a release with other fields notices) and a line for each. Label keys and values cannot hold
 * `=`, `,` or a line break; fields escape theirs.
 */

/** Labels as selectors read them. */
export type Labels = Readonly<Record<string, string>>;

const noLabels: Labels = Object.freeze({});

/** What stands for a kind's field names in the index text: FNV-1a, 32 bits; "" where it has none. */
export function fieldNamesMark(names: readonly string[]): string {
  if (names.length === 0) return "";
  let hash = 0x811c9dc5;
  for (const character of names.join("\n")) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** Writes the index text; `mark` is the fieldNamesMark of the kind. */
export function indexText(labels: Labels | undefined, mark: string, fields: readonly string[]): string {
  let text = "";
  if (labels) {
    for (const key in labels) text += text === "" ? `${key}=${labels[key]}` : `,${key}=${labels[key]}`;
  }
  if (mark !== "") text += `\n${mark}`;
  for (const field of fields) text += `\n${escapeField(field)}`;
  return text;
}

const escapeField = (field: string): string =>
  field.includes("\n") || field.includes("\\") ? field.replaceAll("\\", "\\\\").replaceAll("\n", "\\n") : field;

const unescapeField = (text: string): string =>
  text.includes("\\") ? text.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char)) : text;

/** The parts of an index text. */
export interface SplitIndex {
  readonly labels: string;
  readonly mark: string;
  readonly fields: readonly string[];
}

/** Splits the index text. */
export function splitIndex(text: string): SplitIndex {
  const end = text.indexOf("\n");
  if (end < 0) return { labels: text, mark: "", fields: noFields };
  const [mark = "", ...fields] = text.slice(end + 1).split("\n");
  return { labels: text.slice(0, end), mark, fields: fields.map(unescapeField) };
}

const noFields: readonly string[] = Object.freeze([]);

/** Parses the labels' line. */
export function parseLabels(text: string): Labels {
  if (text === "") return noLabels;
  const labels: Record<string, string> = {};
  for (const pair of text.split(",")) {
    const equals = pair.indexOf("=");
    labels[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return labels;
}

/**
 * Label sets, one object for each distinct set in use: the pods of a ReplicaSet share theirs. Sets that nobody uses any
 * more are forgotten when the table has doubled.
 */
export class LabelTable {
  readonly #sets = new Map<string, WeakRef<Labels>>();
  #sweepAt = 1024;

  get(text: string): Labels {
    if (text === "") return noLabels;
    const known = this.#sets.get(text)?.deref();
    if (known) return known;
    const labels = parseLabels(text);
    this.#sets.set(text, new WeakRef(labels));
    if (this.#sets.size > this.#sweepAt) this.#sweep();
    return labels;
  }

  #sweep(): void {
    for (const [text, set] of this.#sets) if (!set.deref()) this.#sets.delete(text);
    this.#sweepAt = Math.max(1024, this.#sets.size * 2);
  }
}
