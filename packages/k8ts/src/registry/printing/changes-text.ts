/** What differs between two values, in lines that a person can read, for messages that refuse a change. */

/** Lines such as `- spec.replicas: 1` and `+ spec.replicas: 2`, by path, unchanged parts left out. */
export function changesText(before: unknown, after: unknown): string {
  const lines: string[] = [];
  collect("", before, after, lines);
  return lines.join("\n");
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function collect(path: string, before: unknown, after: unknown, lines: string[]): void {
  if (before === after) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    for (let index = 0; index < length; index++) collect(`${path}[${index}]`, before[index], after[index], lines);
  } else if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      collect(path === "" ? key : `${path}.${key}`, before[key], after[key], lines);
    }
  } else {
    if (before !== undefined) lines.push(`- ${path}: ${JSON.stringify(before)}`);
    if (after !== undefined) lines.push(`+ ${path}: ${JSON.stringify(after)}`);
  }
}
