/** Files of variables that an init container leaves for the others (fileKeyRef, KEP-3721): NAME='value' lines. */

const assignment = /^([^=\s]+)='(.*)'\s*(?:#.*)?$/;

/** The file's variables; comments and empty lines are skipped. Throws for any other line. */
export function parseEnvFile(text: string): Map<string, string> {
  const variables = new Map<string, string>();
  let pending = "";
  for (const line of text.split("\n")) {
    const whole = pending === "" ? line.trim() : `${pending}\n${line}`;
    if (pending === "" && (whole === "" || whole.startsWith("#"))) continue;
    // A value in quotes may go over several lines.
    if (/^[^=\s]+='[^']*$/.test(whole)) {
      pending = whole;
      continue;
    }
    pending = "";
    const match = assignment.exec(whole.replaceAll("\n", "\u0000"));
    if (match === null) throw new Error(`invalid line: ${whole}`);
    variables.set(match[1]!, match[2]!.replaceAll("\u0000", "\n"));
  }
  if (pending !== "") throw new Error("unterminated quote");
  return variables;
}
