/** Pulls in turn or a few at once; the same image with the same credentials only once. */
import type { Clock } from "@k8ts/api";
import type { ContainerRuntime, PodSandboxConfig, RegistryAuth } from "../runtimes/runtime.ts";

/** A finished pull. */
export interface Pulled {
  /** Digest or id. */
  readonly reference: string;
  /** Without the time in the queue. */
  readonly milliseconds: number;
}

/** Pulls of a node. */
export class PullQueue {
  readonly #runtime: ContainerRuntime;
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #shared = new Map<string, Promise<Pulled>>();
  readonly #waiting: (() => void)[] = [];
  #active = 0;

  constructor(runtime: ContainerRuntime, clock: Clock, limit: number) {
    this.#runtime = runtime;
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Pulls, or joins the pull that is under way. Throws RuntimeError. */
  pull(image: string, auth: RegistryAuth | undefined, sandbox: PodSandboxConfig | undefined): Promise<Pulled> {
    const key = `${image}\n${JSON.stringify(auth ?? null)}`;
    let pull = this.#shared.get(key);
    if (pull === undefined) {
      pull = this.#run(image, auth, sandbox).finally(() => this.#shared.delete(key));
      this.#shared.set(key, pull);
    }
    return pull;
  }

  async #run(image: string, auth: RegistryAuth | undefined, sandbox: PodSandboxConfig | undefined): Promise<Pulled> {
    if (this.#active >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#active++;
    const started = this.#clock.monotonic();
    try {
      const reference = await this.#runtime.pullImage(image, auth, sandbox);
      return { reference, milliseconds: Math.round(this.#clock.monotonic() - started) };
    } finally {
      // Whoever waits takes the place over.
      const next = this.#waiting.shift();
      if (next === undefined) this.#active--;
      else next();
    }
  }
}
