/** One request on its way through the filters and handlers: what each of them has found out so far. */
import type { Clock, Random } from "@k8ts/api";
import type { UserInfo } from "../auth/user.ts";
import type { RequestContext } from "../registry/context.ts";
import { headerOf, type HttpRequest, type HttpResponse } from "./http/index.ts";
import { Query } from "./query.ts";
import { isLongRunning, requestInfo, type RequestInfo } from "./request-info.ts";

/** Answers an exchange. Throws StatusError (or anything: that becomes a 500). */
export type Handler = (exchange: Exchange) => Promise<HttpResponse>;

/**
 * One step on a request's way to its handler; chain.ts lists them in order. It finds something out, refuses by throwing,
 * or answers in the handler's place. Not async where it need not be: a request passes a dozen of them.
 */
export type Filter = (exchange: Exchange) => HttpResponse | undefined | void | Promise<HttpResponse | undefined | void>;

/** Told of every answer before it goes out, of refusals and failures too; may add headers. Must not throw. */
export type Observer = (exchange: Exchange, response: HttpResponse) => void;

/** Nobody, before authentication. */
export const nobody: UserInfo = { name: "", groups: [] };

/** Longer identifiers are not taken over from clients; upstream's limit. */
const maxRequestId = 64;

const noQuery = Query.parse("");
const unresolved = requestInfo("", "/", noQuery);

/** One request. Filters fill it in; to everything behind them it is the RequestContext. */
export class Exchange implements RequestContext {
  readonly request: HttpRequest;
  readonly clock: Clock;
  readonly random: Random;
  /** Clock.monotonic() when the request came. */
  readonly received: number;
  readonly warnings: string[] = [];
  user: UserInfo = nobody;
  info: RequestInfo;
  query: Query;
  #requestId: string | undefined;
  #abort: AbortController | undefined;
  #cancelled: Error | undefined;
  #atEnd: (() => void)[] | undefined;
  /** The chain's: answers in place of the work that was abandoned. */
  whenAbandoned: ((reason: Error) => void) | undefined;

  constructor(request: HttpRequest, clock: Clock, random: Random) {
    this.request = request;
    this.clock = clock;
    this.random = random;
    this.received = clock.monotonic();
    this.query = noQuery;
    this.info = unresolved;
  }

  /** The client's Audit-Id, or a new one. */
  get requestId(): string {
    if (this.#requestId === undefined) {
      const given = headerOf(this.request.headers, "audit-id");
      this.#requestId = given !== "" && given.length <= maxRequestId ? given : this.random.uuid();
    }
    return this.#requestId;
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

  /** Calls `call` when the work on this request is over, answered or not. */
  atEnd(call: () => void): void {
    (this.#atEnd ??= []).push(call);
  }

  /** For the chain: the work is over. */
  end(): void {
    for (const call of this.#atEnd ?? []) call();
    this.#atEnd = undefined;
  }

  /** Answers with `reason` now, and stops the work. */
  abandon(reason: Error): void {
    this.#cancelled = reason;
    this.#abort?.abort(reason);
    this.whenAbandoned?.(reason);
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
