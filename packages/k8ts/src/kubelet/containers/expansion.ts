/** $(NAME) references in commands, arguments, values and subPathExpr: "$$(NAME)" is a literal, an unknown name stays. */

/** Expands references by `lookup`, which gives undefined for a name it does not know. */
export function expandReferences(text: string, lookup: (name: string) => string | undefined): string {
  if (!text.includes("$")) return text;
  let result = "";
  let copied = 0;
  for (let at = 0; at < text.length - 1; at++) {
    if (text[at] !== "$") continue;
    result += text.slice(copied, at);
    const next = text[at + 1]!;
    const end = next === "(" ? text.indexOf(")", at + 2) : -1;
    if (end >= 0) {
      const name = text.slice(at + 2, end);
      result += lookup(name) ?? `$(${name})`;
      at = end;
    } else {
      // "$$" is one dollar; an unfinished reference and any other character stay as they are.
      result += next === "$" ? "$" : `$${next}`;
      at++;
    }
    copied = at + 1;
  }
  return result + text.slice(copied);
}
