/** Watch events: one instance for each change and type, whoever watches; frames are built when first asked for. */
import type { DeepReadonly, KubernetesObject } from "@k8ts/api";
import type { CacheRecord } from "./record.ts";

/** The types a watcher sees. */
export type EventType = "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";

/** An event as watchers get it; shared by all of them. */
export interface WatchEvent {
  readonly type: EventType;
  readonly revision: number;
  /** `namespace/name`, or the name alone; "" of a BOOKMARK. */
  readonly key: string;
  /** `{"type":…,"object":…}` and a newline. */
  frame(): Uint8Array;
  object(): DeepReadonly<KubernetesObject>;
}

const beginnings = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
  BOOKMARK: Buffer.from('{"type":"BOOKMARK","object":'),
} as const;
const ending = Buffer.from("}\n");

/** One line of a watch response. */
export function frameOf(type: EventType, json: Uint8Array): Uint8Array {
  return Buffer.concat([beginnings[type], json, ending]);
}

/** A record shown as ADDED or MODIFIED. */
class RecordEvent implements WatchEvent {
  readonly type: "ADDED" | "MODIFIED";
  readonly #record: CacheRecord;
  #frame: Uint8Array | undefined;

  constructor(type: "ADDED" | "MODIFIED", record: CacheRecord) {
    this.type = type;
    this.#record = record;
  }

  get revision(): number {
    return this.#record.revision;
  }

  get key(): string {
    return this.#record.key;
  }

  frame(): Uint8Array {
    return (this.#frame ??= frameOf(this.type, this.#record.json()));
  }

  object(): DeepReadonly<KubernetesObject> {
    return this.#record.object();
  }
}

/** The last state of an object that went, or went out of a watcher's sight, under the revision at which it did. */
class GoneEvent implements WatchEvent {
  readonly type = "DELETED";
  readonly revision: number;
  readonly #previous: CacheRecord;
  #frame: Uint8Array | undefined;
  #object: DeepReadonly<KubernetesObject> | undefined;

  constructor(previous: CacheRecord, revision: number) {
    this.#previous = previous;
    this.revision = revision;
  }

  get key(): string {
    return this.#previous.key;
  }

  frame(): Uint8Array {
    return (this.#frame ??= frameOf("DELETED", this.#previous.jsonAt(this.revision)));
  }

  object(): DeepReadonly<KubernetesObject> {
    if (!this.#object) {
      const previous = this.#previous.object();
      this.#object = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(this.revision) } };
    }
    return this.#object;
  }
}

/** One change of the cache, with the events it means to those who saw the object before, after, or both. */
export class CacheChange {
  readonly revision: number;
  readonly key: string;
  readonly current: CacheRecord | undefined;
  readonly previous: CacheRecord | undefined;
  /** Bytes that this change keeps in memory. */
  readonly weight: number;
  readonly time: number;
  #added: WatchEvent | undefined;
  #modified: WatchEvent | undefined;
  #gone: WatchEvent | undefined;
  /** Holds the decoded object until the tick's watchers have seen it; then only they keep it. */
  decoded: DeepReadonly<KubernetesObject> | undefined;

  constructor(
    revision: number,
    key: string,
    records: { current: CacheRecord | undefined; previous: CacheRecord | undefined },
    time: number,
  ) {
    this.revision = revision;
    this.key = key;
    this.current = records.current;
    this.previous = records.previous;
    this.time = time;
    // Its bytes in a slab, and once more in a frame.
    this.weight = 300 + 2 * (records.current ?? records.previous)!.length;
  }

  /** What a watcher gets to whom the object was visible before (`was`) and is now (`is`). */
  event(was: boolean, is: boolean): WatchEvent | undefined {
    if (is && was) return (this.#modified ??= new RecordEvent("MODIFIED", this.current!));
    if (is) return (this.#added ??= new RecordEvent("ADDED", this.current!));
    if (was) return (this.#gone ??= new GoneEvent(this.previous!, this.revision));
    return undefined;
  }
}

/** An ADDED event of a watch's initial state. */
export function initialEvent(record: CacheRecord): WatchEvent {
  return new RecordEvent("ADDED", record);
}

/** KEP-3157: marks the end of a watch's initial events. */
const initialEventsEnd = { "k8s.io/initial-events-end": "true" };

/** A BOOKMARK: everything up to `revision` has been sent. */
export function bookmark(
  kind: { apiVersion: string; kind: string },
  revision: number,
  endsInitial: boolean,
): WatchEvent {
  const object: KubernetesObject = {
    kind: kind.kind,
    apiVersion: kind.apiVersion,
    metadata: {
      resourceVersion: String(revision),
      ...(endsInitial && { annotations: initialEventsEnd }),
    },
  };
  let frame: Uint8Array | undefined;
  return {
    type: "BOOKMARK",
    revision,
    key: "",
    frame: () => (frame ??= frameOf("BOOKMARK", Buffer.from(JSON.stringify(object)))),
    object: () => object,
  };
}
