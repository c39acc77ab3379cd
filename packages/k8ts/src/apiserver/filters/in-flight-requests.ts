/** Knows what is being worked on, so that a stopping server can wait for it, and tells watches to end. */
import { serviceUnavailable } from "@k8ts/api";
import type { Filter } from "../exchange.ts";

/** The set of requests under way. */
export class InFlightRequests {
  #count = 0;
  #stopping = false;
  #idle: (() => void) | undefined;
  readonly #ended = new AbortController();
  readonly #left = (): void => {
    this.#count--;
    if (this.#count === 0) this.#idle?.();
  };

  /** Aborts when long-running requests should end. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** Counts requests; once stopping, new ones get 503. */
  filter(): Filter {
    return (exchange) => {
      if (this.#stopping) {
        const response = serviceUnavailable("apiserver is shutting down, please try again later.");
        response.status.details = { retryAfterSeconds: 5 };
        throw response;
      }
      this.#count++;
      exchange.atEnd(this.#left);
    };
  }

  /** Ends long-running requests and resolves when no other is left. */
  async drain(): Promise<void> {
    this.#stopping = true;
    this.#ended.abort();
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => (this.#idle = resolve));
  }
}
