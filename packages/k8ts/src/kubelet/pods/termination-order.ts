/** The order in which a pod's containers end (KEP-753): the regular ones together, then sidecars, the last first. */
import type { Clock } from "@k8ts/api";
import { initContainers, isSidecar, regularContainers, type DesiredPod } from "./pod-spec.ts";

interface Gate {
  readonly promise: Promise<void>;
  readonly open: () => void;
}

function gate(open: boolean): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (open) resolve();
  return { promise, open: resolve };
}

/** Who waits for whom while a pod ends. */
export class TerminationOrder {
  readonly #ended = new Map<string, Gate>();
  readonly #prerequisites = new Map<string, Promise<void>[]>();

  constructor(pod: DesiredPod, running: ReadonlySet<string>) {
    const add = (name: string): Promise<void> => {
      const ended = gate(!running.has(name));
      this.#ended.set(name, ended);
      return ended.promise;
    };
    const regular = regularContainers(pod).map(({ name }) => add(name));
    let later: Promise<void> | undefined;
    for (const container of initContainers(pod).toReversed()) {
      const ended = add(container.name);
      if (!isSidecar(container)) continue;
      this.#prerequisites.set(container.name, later === undefined ? regular : [...regular, later]);
      later = ended;
    }
  }

  /** Resolves when the container may be told to end, at the latest when its grace is used up or the signal aborts. */
  async turn(name: string, clock: Clock, graceMilliseconds: number, signal: AbortSignal): Promise<void> {
    const prerequisites = this.#prerequisites.get(name);
    if (prerequisites === undefined) return;
    const limit = new AbortController();
    const graceOver = clock.sleep(graceMilliseconds, AbortSignal.any([limit.signal, signal])).catch(() => undefined);
    await Promise.race([Promise.all(prerequisites), graceOver]);
    limit.abort();
  }

  /** The container has ended. */
  ended(name: string): void {
    this.#ended.get(name)?.open();
  }
}
