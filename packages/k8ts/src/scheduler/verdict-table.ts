/** Reasons why nodes are out, as small numbers: a verdict per node is two bytes, and counting reasons needs no strings. */

/** Rows that are no node at all have this code. */
export const absent = 0xffff;

/** Gives each set of reasons a code, once. */
export class ReasonTable {
  readonly #codes = new Map<string, number>();
  readonly #entries: { reasons: readonly string[]; plugin: string }[] = [{ reasons: [], plugin: "" }];

  code(plugin: string, reasons: readonly string[]): number {
    const key = `${plugin}\n${reasons.join("\n")}`;
    let code = this.#codes.get(key);
    if (code === undefined) {
      code = this.#entries.push({ reasons, plugin }) - 1;
      this.#codes.set(key, code);
    }
    return code;
  }

  reasons(code: number): readonly string[] {
    return this.#entries[code]!.reasons;
  }

  plugin(code: number): string {
    return this.#entries[code]!.plugin;
  }
}

/** Why no node fits: the message as kube-scheduler words it, and the plugins that rejected. */
export function diagnose(
  codes: Uint16Array,
  size: number,
  nodeCount: number,
  table: ReasonTable,
): { message: string; rejectors: ReadonlySet<string> } {
  if (nodeCount === 0) return { message: "no nodes available to schedule pods", rejectors: new Set(["NodeName"]) };
  const byCode = new Map<number, number>();
  for (let index = 0; index < size; index++) {
    const code = codes[index]!;
    if (code !== absent) byCode.set(code, (byCode.get(code) ?? 0) + 1);
  }
  const byReason = new Map<string, number>();
  const rejectors = new Set<string>();
  for (const [code, count] of byCode) {
    rejectors.add(table.plugin(code));
    for (const reason of table.reasons(code)) byReason.set(reason, (byReason.get(reason) ?? 0) + count);
  }
  const parts = [...byReason].map(([reason, count]) => `${count} ${reason}`).sort();
  return { message: `0/${nodeCount} nodes are available: ${parts.join(", ")}.`, rejectors };
}
