/**
 * Keeps too many commands from being started in one pod at the same time. A pod's containers share one containerd shim,
 * whose list of ended processes holds 32: some 25 simultaneous starts block it for half a minute and longer (measured with
 * containerd 1.6.20). Twelve at a time start faster than all at once.
 */
const mostStarting = 12;

interface Gate {
  starting: number;
  readonly waiting: (() => void)[];
}

/** A gate for each pod; an idle one costs nothing. */
export class ExecGate {
  readonly #gates = new Map<string, Gate>();

  /** Resolves when another command may start in the pod; call the result, once or more, when it has started or failed. */
  async enter(sandbox: string): Promise<() => void> {
    const gate = this.#gates.get(sandbox) ?? { starting: 0, waiting: [] };
    this.#gates.set(sandbox, gate);
    if (gate.starting >= mostStarting) await new Promise<void>((resolve) => gate.waiting.push(resolve));
    else gate.starting++;
    let inside = true;
    return () => {
      if (inside) this.#leave(sandbox, gate);
      inside = false;
    };
  }

  #leave(sandbox: string, gate: Gate): void {
    const next = gate.waiting.shift();
    // Its place goes to the next one, who then counts in its stead.
    if (next !== undefined) next();
    else if (--gate.starting === 0) this.#gates.delete(sandbox);
  }
}
