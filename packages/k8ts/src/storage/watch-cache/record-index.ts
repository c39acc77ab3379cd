/**
 * The index text kept beside a stored value: labels and selectable fields, so that neither recovery nor a selector parses
 * the object. First line: labels as `key=value` joined by commas; then one line per selectable field, in the order of
 * the kind's field names. Label keys and values cannot hold `=`, `,` or a line break; fields escape theirs.
 */

/** Labels as selectors read them. */
export type Labels = Readonly<Record<string, string>>;

const noLabels: Labels = Object.freeze({});

/** Writes the index text. */
export function indexText(labels: Labels | undefined, fields: readonly string[]): string {
  let text = "";
  if (labels) {
    for (const key in labels) text += text === "" ? `${key}=${labels[key]}` : `,${key}=${labels[key]}`;
  }
  for (const field of fields) text += `\n${escapeField(field)}`;
  return text;
}

const escapeField = (field: string): string =>
  field.includes("\n") || field.includes("\\") ? field.replaceAll("\\", "\\\\").replaceAll("\n", "\\n") : field;

const unescapeField = (text: string): string =>
  text.includes("\\") ? text.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char)) : text;

/** Splits the index text into the labels' line and the fields. */
export function splitIndex(text: string): { labels: string; fields: readonly string[] } {
  const end = text.indexOf("\n");
  if (end < 0) return { labels: text, fields: noFields };
  return {
    labels: text.slice(0, end),
    fields: text
      .slice(end + 1)
      .split("\n")
      .map(unescapeField),
  };
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
