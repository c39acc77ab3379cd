/** Shell scripts as far as simulated containers run them: commands, `;`, `&&`, `||`, `>&2`, quotes, variables, `while`. */

/** A command of a script; words still hold their variables. */
export interface ScriptCommand {
  readonly kind: "command";
  readonly words: readonly string[];
  readonly toStderr: boolean;
  /** What the statement before it must have ended with: anything, 0 or not 0. */
  readonly after: "any" | "success" | "failure";
}

/** `while CONDITION; do BODY; done`. */
export interface ScriptLoop {
  readonly kind: "loop";
  readonly condition: readonly ScriptStatement[];
  readonly body: readonly ScriptStatement[];
}

export type ScriptStatement = ScriptCommand | ScriptLoop;

/** An operator or a word; quoted text keeps its spaces, `$` that must not be replaced stands as NUL. */
interface Token {
  readonly text: string;
  readonly operator: boolean;
}

const token = /\s*(?:(\n|;|&&|\|\||[12]?>&[12])|((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s;&|<>()`"'\\])+))/y;

/** Parses a script; undefined where it uses more of the shell than is simulated. */
export function parseScript(text: string): readonly ScriptStatement[] | undefined {
  const tokens = tokenize(text);
  if (tokens === undefined) return undefined;
  const parser = new ScriptParser(tokens);
  const statements = parser.statements([]);
  return statements !== undefined && parser.done ? statements : undefined;
}

function tokenize(text: string): Token[] | undefined {
  if (/\$\(|\$\(\(/.test(text)) return undefined;
  const tokens: Token[] = [];
  const source = text.trim().replaceAll("\n", " ; ");
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const match = token.exec(source);
    if (match === null) return undefined;
    const [, operator, word] = match;
    tokens.push(
      operator === undefined ? { text: unquote(word ?? ""), operator: false } : { text: operator, operator: true },
    );
  }
  return tokens;
}

function unquote(word: string): string {
  return word.replaceAll(
    /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g,
    (_all, double?: string, single?: string, escaped?: string) => {
      if (double !== undefined)
        return double.replaceAll(/\\([$"\\`])/g, (_pair, char: string) => (char === "$" ? "\0" : char));
      return (single ?? escaped ?? "").replaceAll("$", "\0");
    },
  );
}

const unsupportedWords = new Set(["if", "for", "until", "case", "function", "trap", "{", "!"]);

class ScriptParser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** Statements up to one of the words in `until`, or the end. */
  statements(until: readonly string[]): ScriptStatement[] | undefined {
    const statements: ScriptStatement[] = [];
    let after: ScriptCommand["after"] = "any";
    while (!this.done) {
      const { text, operator } = this.#tokens[this.#at]!;
      if (!operator && until.includes(text)) break;
      if (operator && !text.includes(">")) {
        after = text === "&&" ? "success" : text === "||" ? "failure" : "any";
        this.#at++;
        continue;
      }
      const statement = text === "while" ? this.#loop() : this.#command(after);
      if (statement === undefined) return undefined;
      statements.push(statement);
      after = "any";
    }
    return statements;
  }

  #loop(): ScriptLoop | undefined {
    this.#at++;
    const condition = this.statements(["do"]);
    if (condition === undefined || !this.#take("do")) return undefined;
    const body = this.statements(["done"]);
    if (body === undefined || !this.#take("done")) return undefined;
    return { kind: "loop", condition, body };
  }

  #command(after: ScriptCommand["after"]): ScriptCommand | undefined {
    const words: string[] = [];
    let toStderr = false;
    for (; !this.done; this.#at++) {
      const { text, operator } = this.#tokens[this.#at]!;
      if (operator && !text.includes(">")) break;
      if (operator) toStderr = text.endsWith("2");
      else words.push(text);
    }
    if (words.length === 0 || unsupportedWords.has(words[0]!)) return undefined;
    return { kind: "command", words, toStderr, after };
  }

  #take(word: string): boolean {
    const found = this.#tokens[this.#at]?.text === word;
    if (found) this.#at++;
    return found;
  }
}

/** Replaces `$NAME`, `${NAME}` and `$?` in a word. */
export function expandWord(word: string, environment: Readonly<Record<string, string>>, status: number): string {
  const expanded = word.replaceAll(
    /\$(?:(\w+)|\{(\w+)\}|(\?))/g,
    (_all, plain?: string, braced?: string, question?: string) =>
      question === undefined ? (environment[plain ?? braced ?? ""] ?? "") : String(status),
  );
  return expanded.replaceAll("\0", "$");
}
