/** Field selectors: "metadata.name=web,status.phase!=Running". */

/** One term. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/** A parsed field selector. */
export interface FieldMatcher {
  readonly empty: boolean;
  readonly requirements: readonly FieldRequirement[];
  /** `fields` gives an object's value of a field by name; undefined counts as "". */
  matches(fields: (name: string) => string | undefined): boolean;
  /** The value that `field` must equal, if the selector pins one: lets a store read a single object. */
  exact(field: string): string | undefined;
  toString(): string;
}

function unescape(text: string): string {
  if (!/[\\,=]/.test(text)) return text;
  let value = "";
  for (let index = 0; index < text.length; index++) {
    const character = text[index] as string;
    if (character === "\\") {
      const next = text[++index] ?? "";
      if (next === "" || !"\\,=".includes(next)) {
        throw new Error(`invalid field selector: invalid escape sequence: \\${next}`);
      }
      value += next;
    } else if (character === "," || character === "=") {
      throw new Error(`invalid field selector: unescaped character in value: ${character.charCodeAt(0)}`);
    } else value += character;
  }
  return value;
}

/** A value with backslash, comma and equals sign escaped, to stand in a field selector's text. */
export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, (character) => `\\${character}`);
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === ",") {
      terms.push(text.slice(start, index));
      start = index + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function parseTerm(term: string, whole: string): FieldRequirement {
  const match = /!=|==|=/.exec(term);
  if (!match) throw new Error(`invalid selector: '${whole}'; can't understand '${term}'`);
  const operator = match[0] === "!=" ? "!=" : "=";
  return { field: term.slice(0, match.index), operator, value: unescape(term.slice(match.index + match[0].length)) };
}

/** Parses a field selector; "" selects everything. Throws an Error in upstream's words. */
export function parseFieldSelector(text: string): FieldMatcher {
  const terms = splitTerms(text).filter((term) => term !== "");
  return fieldMatcher(terms.sort().map((term) => parseTerm(term, text)));
}

/** The matcher of these requirements. */
export function fieldMatcher(requirements: readonly FieldRequirement[]): FieldMatcher {
  return {
    empty: requirements.length === 0,
    requirements,
    matches: (fields) =>
      requirements.every(({ field, operator, value }) => ((fields(field) ?? "") === value) === (operator === "=")),
    exact: (field) => requirements.find((term) => term.field === field && term.operator === "=")?.value,
    toString: () =>
      requirements.map(({ field, operator, value }) => `${field}${operator}${escapeFieldValue(value)}`).join(","),
  };
}
