/** Printing measurements: each figure beside its limit or its peer, and whether it holds. */

/** One line of a benchmark's table. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  /** The limit it must keep, or the peer it is measured beside. */
  readonly beside: string;
  /** Absent where the figure has no limit of its own. */
  readonly holds?: boolean;
}

/** Prints the figures as a table; sets a failing exit code where one does not hold. */
export function report(title: string, figures: readonly Figure[]): void {
  const width = (pick: (figure: Figure) => string): number => Math.max(...figures.map((figure) => pick(figure).length));
  const [whatWidth, valueWidth] = [width((figure) => figure.what), width((figure) => figure.value)];
  console.log(`\n${title}`);
  for (const { what, value, beside, holds } of figures) {
    const mark = holds === undefined ? " " : holds ? "✓" : "✗";
    console.log(`  ${mark} ${what.padEnd(whatWidth)}  ${value.padStart(valueWidth)}  ${beside}`);
    if (holds === false) process.exitCode = 1;
  }
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** "12.3 ms". */
export const ms = (milliseconds: number): string => `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`;

/** "12,345 /s". */
export const rate = (perSecond: number): string => `${Math.round(perSecond).toLocaleString("en")} /s`;
