/** One request on its way through the filters and handlers: what each of them has found out so far. */
import type { Clock, Random } from "@k8ts/api";
import type { UserInfo } from "../auth/user.ts";
import type { RequestContext } from "../registry/context.ts";
import { headerOf, type HttpRequest, type HttpResponse } from "./http/index.ts";
import { Query } from "./query.ts";
import { isLongRunning, requestInfo, type RequestInfo } from "./request-info.ts";

/** Answers an exchange. Throws StatusError (or anything: that becomes a 500). */
export type Handler = (exchange: Exchange) => Promise<HttpResponse>;

/** Wraps a handler; chain.ts lists them in order. */
export type Filter = (next: Handler) => Handler;

/** Nobody, before authentication. */
export const nobody: UserInfo = { name: "", groups: [] };

/** One request. Filters fill it in; to everything behind them it is the RequestContext. */
export class Exchange implements RequestContext {
  readonly request: HttpRequest;
  readonly clock: Clock;
  readonly random: Random;
  /** Clock.monotonic() when the request came. */
  readonly received: number;
  readonly warnings: string[] = [];
  requestId = "";
  user: UserInfo = nobody;
  info: RequestInfo;
  query: Query;
  #abort: AbortController | undefined;
  #cancelled: Error | undefined;

  constructor(request: HttpRequest, clock: Clock, random: Random) {
    this.request = request;
    this.clock = clock;
    this.random = random;
    this.received = clock.monotonic();
    this.query = Query.parse("");
    this.info = requestInfo(request.method, "/", this.query);
  }

  get longRunning(): boolean {
    return isLongRunning(this.info);
  }

  /** Aborts when the client leaves or the deadline passes. Made on first use: most requests need none. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController();
      this.#abort = abort;
      const { signal } = this.request;
      if (this.#cancelled) abort.abort(this.#cancelled);
      else if (signal.aborted) abort.abort(signal.reason);
      else signal.addEventListener("abort", () => abort.abort(signal.reason), { once: true });
    }
    return this.#abort.signal;
  }

  /** Stops the work on this request. */
  cancel(reason: Error): void {
    this.#cancelled = reason;
    this.#abort?.abort(reason);
  }

  get fieldManager(): string {
    return this.query.first("fieldManager") || managerOfAgent(headerOf(this.request.headers, "user-agent"));
  }
}

/** The name a client manages fields under when it gives none: its user agent up to the first slash, printable, ≤ 128 bytes. */
export function managerOfAgent(agent: string): string {
  const at = agent.indexOf("/");
  return (at < 0 ? agent : agent.slice(0, at)).replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, "").slice(0, 128);
}
