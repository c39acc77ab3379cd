/** Lists of completion indexes as jobs write them: "1,3-5,7". */

/** Why such a list is malformed. */
export interface IndexFault {
  readonly fault: string;
}

function parseInterval(text: string, completions: number): [number, number] | IndexFault {
  const limits = text.split("-");
  if (limits.length > 2) {
    const rule = "violates the requirement that an index interval can have at most two parts separated by '-'";
    return { fault: `the fragment ${JSON.stringify(text)} ${rule}` };
  }
  const values: number[] = [];
  for (const limit of limits) {
    if (!/^[+-]?[0-9]+$/.test(limit))
      return { fault: `cannot convert string to integer for index: ${JSON.stringify(limit)}` };
    const value = Number(limit);
    if (value >= completions) return { fault: `too large index: ${JSON.stringify(limit)}` };
    values.push(value);
  }
  const [from, to] = [values[0]!, values[1] ?? values[0]!];
  if (values.length === 2 && from >= to) return { fault: `non-increasing order, previous: ${from}, current: ${to}` };
  return [from, to];
}

/** How many indexes a list names, below `completions` and in rising order. */
export function countIndexes(text: string, completions: number): number | IndexFault {
  const intervals = parseIndexes(text, completions);
  return "fault" in intervals ? intervals : intervals.reduce((total, [from, to]) => total + to - from + 1, 0);
}

function parseIndexes(text: string, completions: number): [number, number][] | IndexFault {
  const intervals: [number, number][] = [];
  if (text === "") return intervals;
  for (const part of text.split(",")) {
    const interval = parseInterval(part, completions);
    if ("fault" in interval) return interval;
    const previous = intervals.at(-1)?.[1];
    if (previous !== undefined && previous >= interval[0]) {
      return { fault: `non-increasing order, previous: ${previous}, current: ${interval[0]}` };
    }
    intervals.push(interval);
  }
  return intervals;
}

/** The first index that both lists name; malformed lists name none. */
export function sharedIndex(one: string, other: string, completions: number): number | undefined {
  const left = parseIndexes(one, completions);
  const right = parseIndexes(other, completions);
  if ("fault" in left || "fault" in right) return undefined;
  for (let a = 0, b = 0; a < left.length && b < right.length;) {
    const [from, to] = left[a]!;
    const [otherFrom, otherTo] = right[b]!;
    if (from <= otherTo && otherFrom <= to) return Math.max(from, otherFrom);
    if (from <= otherFrom) a++;
    else b++;
  }
  return undefined;
}
