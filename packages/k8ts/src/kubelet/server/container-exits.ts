/** Tells who waits for it that a container has ended. The runtime is asked for events only while somebody waits. */
import type { ContainerRuntime } from "../runtimes/runtime.ts";

/** Waits for the ends of containers. */
export class ContainerExits {
  readonly #runtime: ContainerRuntime;
  readonly #waiting = new Map<string, Set<AbortController>>();
  #subscription: AbortController | undefined;

  constructor(runtime: ContainerRuntime) {
    this.#runtime = runtime;
  }

  /** A signal that aborts when the container has ended, or is gone; call `done` when it is of no more use. */
  async watch(id: string): Promise<{ ended: AbortSignal; done: () => void }> {
    const ended = new AbortController();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(ended));
    if (this.#subscription === undefined) {
      this.#subscription = new AbortController();
      const listener = (event: { type: string; id: string }): void => {
        if (event.type === "EXITED" || event.type === "DELETED") this.#tell(event.id);
      };
      this.#runtime.events(listener, () => void this.#checkAll(), this.#subscription.signal);
    }
    await this.#check(id);
    return { ended: ended.signal, done: () => this.#leave(id, ended) };
  }

  /** Forgets all who wait. */
  close(): void {
    this.#subscription?.abort();
    this.#subscription = undefined;
    for (const id of this.#waiting.keys()) this.#tell(id);
  }

  #tell(id: string): void {
    for (const ended of this.#waiting.get(id) ?? []) ended.abort();
  }

  async #checkAll(): Promise<void> {
    for (const id of this.#waiting.keys()) await this.#check(id);
  }

  async #check(id: string): Promise<void> {
    try {
      const { state } = await this.#runtime.containerStatus(id);
      if (state !== "RUNNING") this.#tell(id);
    } catch (error) {
      // A runtime that is away for a moment has not ended its containers.
      if ((error as { code?: string }).code !== "UNAVAILABLE") this.#tell(id);
    }
  }

  #leave(id: string, ended: AbortController): void {
    const waiting = this.#waiting.get(id);
    waiting?.delete(ended);
    if (waiting?.size === 0) this.#waiting.delete(id);
    if (this.#waiting.size > 0) return;
    this.#subscription?.abort();
    this.#subscription = undefined;
  }
}
