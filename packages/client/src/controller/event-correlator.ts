/**
 * Keeps events few: repeats become a count, ten different messages of one reason within ten minutes become one "combined"
 * event, and a component that goes on and on about one object is cut short. client-go's numbers and keys.
 */
import { type Clock, formatTime } from "@k8ts/api";
import type { Event } from "@k8ts/api/core/v1";
import { LruMap } from "../lru-map.ts";
import { TokenBucket } from "./rate-limiter.ts";

/** How many keys each stage remembers. */
const remembered = 4096;
const similarEvents = 10;
const similarWithin = 600_000;
const spamBurst = 25;
const spamPerSecond = 1 / 300;

/** What to write. */
export interface Correlated {
  /** Under its old name where it repeats an earlier one. */
  readonly event: Event;
  /** Where the event exists already: how to patch it. */
  readonly patch?: { readonly count: number; readonly lastTimestamp: string; readonly message: string };
}

interface Similar {
  readonly messages: Set<string>;
  last: number;
}

interface Observation {
  readonly name: string;
  readonly firstTimestamp: string;
  readonly count: number;
}

/** Remembers what was said about whom. */
export class EventCorrelator {
  readonly #clock: Clock;
  readonly #name: (about: string) => string;
  readonly #similar = new LruMap<string, Similar>(remembered);
  readonly #observed = new LruMap<string, Observation>(remembered);
  readonly #buckets = new LruMap<string, TokenBucket>(remembered);

  /** `name` makes the name of a new event about the object of the given name. */
  constructor(clock: Clock, name: (about: string) => string) {
    this.#clock = clock;
    this.#name = name;
  }

  /** What to write for an event; nothing where there have been too many. */
  correlate(event: Event): Correlated | undefined {
    const [aggregated, key] = this.#aggregate(event);
    const result = this.#observe(aggregated, key);
    return this.#isSpam(event) ? undefined : result;
  }

  #aggregate(event: Event): [Event, string] {
    const now = this.#clock.now();
    const key = aggregateKey(event);
    let similar = this.#similar.get(key);
    if (!similar || now - similar.last > similarWithin) similar = { messages: new Set(), last: now };
    const message = event.message ?? "";
    similar.messages.add(message);
    similar.last = now;
    this.#similar.set(key, similar);
    if (similar.messages.size < similarEvents) return [event, eventKey(event)];
    // Keep the set from growing: one leaves, so that the next new message aggregates as well.
    for (const any of similar.messages) {
      similar.messages.delete(any);
      break;
    }
    const time = formatTime(now);
    const combined: Event = {
      ...event,
      metadata: { ...event.metadata, name: this.#name(event.involvedObject.name ?? "") },
      message: `(combined from similar events): ${message}`,
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    };
    return [combined, key];
  }

  #observe(event: Event, key: string): Correlated {
    const last = this.#observed.get(key);
    const count = (last?.count ?? 0) + 1;
    const { name = "" } = event.metadata;
    const { firstTimestamp = "", lastTimestamp = "", message = "" } = event;
    const observation = last ? { ...last, count } : { name, firstTimestamp, count };
    this.#observed.set(key, observation);
    if (!last) return { event };
    const repeated: Event = {
      ...event,
      metadata: { ...event.metadata, name: last.name },
      firstTimestamp: last.firstTimestamp,
      count,
    };
    return { event: repeated, patch: { count, lastTimestamp, message } };
  }

  #isSpam(event: Event): boolean {
    const key = spamKey(event);
    let bucket = this.#buckets.get(key);
    if (!bucket) this.#buckets.set(key, (bucket = new TokenBucket(this.#clock, spamPerSecond, spamBurst)));
    return !bucket.tryTake();
  }
}

const joined = (...parts: readonly (string | undefined)[]): string => parts.join("\u0000");

function sourceAndObject({ source, involvedObject }: Event): string {
  const { kind, namespace, name, uid, apiVersion } = involvedObject;
  return joined(source?.component, source?.host, kind, namespace, name, uid, apiVersion);
}

const spamKey = (event: Event): string => joined(sourceAndObject(event), event.type);

const aggregateKey = (event: Event): string => joined(sourceAndObject(event), event.type, event.reason);

const eventKey = (event: Event): string =>
  joined(sourceAndObject(event), event.involvedObject.fieldPath, event.type, event.reason, event.message);
