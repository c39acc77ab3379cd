/** Label selectors: the text form of URLs and kubectl, the object form of specs, and one matcher for both. */
import type { LabelSelector } from "../types/meta/v1.ts";
import { fieldErrorText, fieldInvalid, type FieldError } from "./field-error.ts";
import type { DeepReadonly } from "./meta.ts";
import { isLabelValue, isQualifiedName } from "./names.ts";
import { aggregateText } from "./status-error.ts";

/** How a requirement compares. */
export type LabelOperator = "in" | "notin" | "=" | "==" | "!=" | "exists" | "!" | "gt" | "lt";

/** One term of a selector. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** Labels of an object. */
export type Labels = Readonly<Record<string, string>>;

/** A parsed selector. */
export interface LabelMatcher {
  /** True where it selects everything. */
  readonly empty: boolean;
  /** Sorted by key; empty also for the selector that matches nothing. */
  readonly requirements: readonly LabelRequirement[];
  matches(labels: Labels | undefined): boolean;
  /** Text that parses to the same selector. */
  toString(): string;
}

const int64Text = /^[+-]?[0-9]+$/;

function matchesRequirement(requirement: LabelRequirement, labels: Labels): boolean {
  const { key, operator, values } = requirement;
  const value = Object.hasOwn(labels, key) ? (labels[key] as string) : undefined;
  switch (operator) {
    case "exists":
      return value !== undefined;
    case "!":
      return value === undefined;
    case "notin":
    case "!=":
      return value === undefined || !values.includes(value);
    case "gt":
    case "lt":
      return value !== undefined && int64Text.test(value) && compareIntegers(value, values[0] as string, operator);
    default:
      return value !== undefined && values.includes(value);
  }
}

function compareIntegers(value: string, bound: string, operator: "gt" | "lt"): boolean {
  const [left, right] = [BigInt.asIntN(64, BigInt(value)), BigInt(bound)];
  return operator === "gt" ? left > right : left < right;
}

const operatorTexts: Readonly<Record<LabelOperator, string>> = {
  in: " in ",
  notin: " notin ",
  "=": "=",
  "==": "==",
  "!=": "!=",
  gt: ">",
  lt: "<",
  exists: "",
  "!": "",
};

function requirementText({ key, operator, values }: LabelRequirement): string {
  if (operator === "exists") return key;
  if (operator === "!") return `!${key}`;
  const list = values.length === 1 ? (values[0] as string) : [...values].sort().join(",");
  const set = operator === "in" || operator === "notin";
  return `${key}${operatorTexts[operator]}${set ? `(${list})` : list}`;
}

class Requirements implements LabelMatcher {
  readonly requirements: readonly LabelRequirement[];

  constructor(requirements: LabelRequirement[]) {
    this.requirements = requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }

  get empty(): boolean {
    return this.requirements.length === 0;
  }

  matches(labels: Labels | undefined): boolean {
    for (const requirement of this.requirements) {
      if (!matchesRequirement(requirement, labels ?? noLabels)) return false;
    }
    return true;
  }

  toString(): string {
    return this.requirements.map(requirementText).join(",");
  }
}

const noLabels: Labels = {};

/** The selector that matches every object. */
export const everything: LabelMatcher = new Requirements([]);

/** The selector that matches no object. */
export const nothing: LabelMatcher = {
  empty: false,
  requirements: [],
  matches: () => false,
  toString: () => "",
};

/** Faults of one requirement, in upstream's words; `operator` as in text selectors. */
function requirementFaults({ key, operator, values }: LabelRequirement): FieldError[] {
  const faults: FieldError[] = [];
  const keyFaults = isQualifiedName(key);
  if (keyFaults.length > 0) faults.push(fieldInvalid("key", key, keyFaults.join("; ")));
  const detail = countFault(operator, values.length);
  if (detail) faults.push(fieldInvalid("values", values, detail));
  for (const [index, value] of values.entries()) {
    if ((operator === "gt" || operator === "lt") && !int64Text.test(value)) {
      faults.push(fieldInvalid(`values[${index}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"));
    }
  }
  for (const [index, value] of values.entries()) {
    const valueFaults = isLabelValue(value);
    if (valueFaults.length > 0) faults.push(fieldInvalid(`values[${index}][${key}]`, value, valueFaults.join("; ")));
  }
  return faults;
}

function countFault(operator: LabelOperator, count: number): string | undefined {
  switch (operator) {
    case "in":
    case "notin":
      return count === 0 ? "for 'in', 'notin' operators, values set can't be empty" : undefined;
    case "exists":
    case "!":
      return count > 0 ? "values set must be empty for exists and does not exist" : undefined;
    case "gt":
    case "lt":
      return count === 1 ? undefined : "for 'Gt', 'Lt' operators, exactly one value is required";
    default:
      return count === 1 ? undefined : "exact-match compatibility requires one single value";
  }
}

function checked(requirement: LabelRequirement): LabelRequirement {
  const faults = requirementFaults(requirement);
  if (faults.length > 0) throw new Error(aggregateText(faults.map(fieldErrorText)));
  return requirement;
}

const objectOperators: Readonly<Record<string, LabelOperator>> = {
  In: "in",
  NotIn: "notin",
  Exists: "exists",
  DoesNotExist: "!",
};

/**
 * The matcher of a LabelSelector. Undefined matches nothing, an empty one everything (as upstream). Throws an Error for
 * a malformed selector.
 */
export function labelSelectorMatcher(selector: DeepReadonly<LabelSelector> | undefined): LabelMatcher {
  if (!selector) return nothing;
  const requirements: LabelRequirement[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    requirements.push(checked({ key, operator: "=", values: [value] }));
  }
  for (const expression of selector.matchExpressions ?? []) {
    const operator = Object.hasOwn(objectOperators, expression.operator)
      ? objectOperators[expression.operator]
      : undefined;
    if (!operator) throw new Error(`${JSON.stringify(expression.operator)} is not a valid label selector operator`);
    requirements.push(checked({ key: expression.key, operator, values: [...(expression.values ?? [])] }));
  }
  return requirements.length === 0 ? everything : new Requirements(requirements);
}

/** The matcher of a plain map (a Service's selector); undefined and {} match everything. Never throws. */
export function matchLabelsMatcher(labels: Labels | undefined): LabelMatcher {
  const entries = Object.entries(labels ?? {});
  return entries.length === 0
    ? everything
    : new Requirements(entries.map(([key, value]) => ({ key, operator: "=", values: [value] })));
}

/** The text form of a LabelSelector: what `labelSelector=` takes. "" for one that matches everything. Throws where malformed. */
export function selectorText(selector: DeepReadonly<LabelSelector> | undefined): string {
  return labelSelectorMatcher(selector).toString();
}

type TokenKind = "end" | ")" | "," | "!" | "==" | "=" | ">" | "id" | "in" | "<" | "!=" | "notin" | "(" | "error";

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const symbols: ReadonlySet<string> = new Set([")", ",", "!", "==", "=", ">", "<", "!=", "("]);
const specialCharacters = "=!(),><";
const whitespace = " \t\r\n";

function scanSymbol(text: string, start: number): [Token, number] {
  let end = start;
  let kept = 0;
  while (end < text.length && specialCharacters.includes(text[end] as string)) {
    end++;
    if (symbols.has(text.slice(start, end))) kept = end;
    else if (kept > 0) break;
  }
  if (kept === 0) return [{ kind: "error", text: `error expected: keyword found '${text.slice(start, end)}'` }, end];
  const symbol = text.slice(start, kept);
  return [{ kind: symbol as TokenKind, text: symbol }, kept];
}

function scanWord(text: string, start: number): [Token, number] {
  let end = start;
  while (
    end < text.length &&
    !specialCharacters.includes(text[end] as string) &&
    !whitespace.includes(text[end] as string)
  ) {
    end++;
  }
  const word = text.slice(start, end);
  return [{ kind: word === "in" || word === "notin" ? word : "id", text: word }, end];
}

function scan(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && whitespace.includes(text[at] as string)) at++;
    if (at >= text.length || text[at] === "\0") break;
    const [token, next] = specialCharacters.includes(text[at] as string) ? scanSymbol(text, at) : scanWord(text, at);
    tokens.push(token);
    at = next;
  }
  tokens.push({ kind: "end", text: "" });
  return tokens;
}

class SelectorParser {
  readonly #tokens: Token[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = scan(text);
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const next = this.#peek();
      if (next.kind === "end") return requirements;
      if (next.kind !== "id" && next.kind !== "!") {
        throw new Error(`found '${next.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#wrapped());
      const after = this.#take();
      if (after.kind === "end") return requirements;
      if (after.kind !== ",") throw new Error(`found '${after.text}', expected: ',' or 'end of string'`);
      const following = this.#peek();
      if (following.kind !== "id" && following.kind !== "!") {
        throw new Error(`found '${following.text}', expected: identifier after ','`);
      }
    }
  }

  #wrapped(): LabelRequirement {
    try {
      return this.#requirement();
    } catch (error) {
      throw new Error(`unable to parse requirement: ${(error as Error).message}`, { cause: error });
    }
  }

  #requirement(): LabelRequirement {
    const first = this.#take();
    const absent = first.kind === "!";
    const name = absent ? this.#take() : first;
    if (name.kind !== "id") throw new Error(`found '${name.text}', expected: identifier`);
    const key = name.text;
    const keyFaults = isQualifiedName(key);
    if (keyFaults.length > 0) throw new Error(fieldErrorText(fieldInvalid("<nil>", key, keyFaults.join("; "))));
    const ends = this.#peek().kind === "end" || this.#peek().kind === ",";
    if (absent) return checked({ key, operator: "!", values: [] });
    if (ends) return checked({ key, operator: "exists", values: [] });
    const operator = this.#operator();
    const values = operator === "in" || operator === "notin" ? this.#values() : this.#exactValue();
    return checked({ key, operator, values: [...new Set(values)].sort() });
  }

  #operator(): LabelOperator {
    const token = this.#take(true);
    switch (token.kind) {
      case "in":
      case "notin":
      case "=":
      case "==":
      case "!=":
        return token.kind;
      case ">":
        return "gt";
      case "<":
        return "lt";
      default:
        throw new Error(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #values(): string[] {
    const open = this.#take();
    if (open.kind !== "(") throw new Error(`found '${open.text}' expected: '('`);
    const next = this.#peek();
    if (next.kind === ")") {
      this.#take();
      return [""];
    }
    if (next.kind !== "id" && next.kind !== ",") {
      throw new Error(`found '${next.text}', expected: ',', ')' or identifier`);
    }
    const values = this.#identifiers();
    const close = this.#take();
    if (close.kind !== ")") throw new Error(`found '${next.text}', expected: ')'`);
    return values;
  }

  #identifiers(): string[] {
    const values: string[] = [];
    for (;;) {
      const token = this.#take();
      const next = this.#peek();
      if (token.kind === "id") {
        values.push(token.text);
        if (next.kind === ")") return values;
        if (next.kind !== ",") throw new Error(`found '${next.text}', expected: ',' or ')'`);
      } else if (token.kind === ",") {
        if (values.length === 0 || next.kind === "," || next.kind === ")") values.push("");
        if (next.kind === ")") return values;
      } else throw new Error(`found '${token.text}', expected: ',', or identifier`);
    }
  }

  #exactValue(): string[] {
    const next = this.#peek();
    if (next.kind === "end" || next.kind === ",") return [""];
    const token = this.#take();
    if (token.kind !== "id") throw new Error(`found '${token.text}', expected: identifier`);
    return [token.text];
  }

  /** In value position the words "in" and "notin" are plain identifiers. */
  #peek(operatorWanted = false): Token {
    const token = this.#tokens[this.#position] ?? { kind: "end", text: "" };
    const word = token.kind === "in" || token.kind === "notin";
    return word && !operatorWanted ? { kind: "id", text: token.text } : token;
  }

  #take(operatorWanted = false): Token {
    const token = this.#peek(operatorWanted);
    this.#position++;
    return token;
  }
}

/** Parses "app=nginx,tier in (a,b),!canary". "" selects everything. Throws an Error in upstream's words. */
export function parseLabelSelector(text: string): LabelMatcher {
  const requirements = new SelectorParser(text).parse();
  return requirements.length === 0 ? everything : new Requirements(requirements);
}
