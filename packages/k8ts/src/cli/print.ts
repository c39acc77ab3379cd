/** What verbs print: tables as kubectl's, steps with their times. */

/** Prints columns three spaces apart, as kubectl does; `empty` where there are no rows. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[], empty: string): void {
  if (rows.length === 0) {
    console.log(empty);
    return;
  }
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of [header, ...rows]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("   ")
        .trimEnd(),
    );
  }
}

/** "0.42 s". */
export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

/** Prints steps of long work as they end. */
export class StepPrinter {
  readonly #now: () => number;
  #last: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#last = now();
  }

  /** A step ended; its time is since the last one. */
  done(text: string): void {
    const now = this.#now();
    console.log(`  ✓ ${text} (${seconds(now - this.#last)})`);
    this.#last = now;
  }

  /** Something a person should know about a step. */
  note(text: string): void {
    console.log(`    ${text}`);
  }
}
