/** What the registry's tests share: a registry over memory under a virtual clock, and the requests made of it. */
import {
  type DeepReadonly,
  type KubernetesObject,
  noMetrics,
  scheme,
  seededRandom,
  silentLogger,
  StatusError,
  VirtualClock,
} from "@k8ts/api";
import type { Admission } from "../admission/admission.ts";
import { openMemoryStorage, type Storage } from "../storage/index.ts";
import type { RequestContext } from "./context.ts";
import { createRegistry } from "./registry.ts";
import type { MutationOptions, Registry, ResourceStore, StoreEvent, StoreSink } from "./resource-store.ts";
import type { Strategy } from "./strategy.ts";

/** Admission that refuses and changes nothing. */
export const openAdmission: Admission = {
  admit: () => Promise.resolve(),
  validate: () => Promise.resolve(),
};

/** Options of a plain write. */
export const plainWrite: MutationOptions = { dryRun: false, subresource: "" };

/** A running registry and its surroundings. */
export interface Fixture {
  readonly clock: VirtualClock;
  readonly storage: Storage;
  readonly registry: Registry;
  store(resource: string, group?: string, version?: string): ResourceStore;
  context(signal?: AbortSignal): RequestContext;
}

/** Starts a registry with frozen objects. */
export async function startFixture(
  strategies: readonly Strategy[] = [],
  parts: { admission?: Admission; storage?: Storage; clock?: VirtualClock } = {},
): Promise<Fixture> {
  const clock = parts.clock ?? new VirtualClock();
  const storage = parts.storage ?? openMemoryStorage({ clock, logger: silentLogger });
  const random = seededRandom(1);
  const registry = createRegistry({
    scheme,
    storage,
    strategies,
    admission: parts.admission ?? openAdmission,
    clock,
    random,
    logger: silentLogger,
    metrics: noMetrics,
    frozen: true,
  });
  await registry.start();
  const context = (signal = new AbortController().signal): RequestContext => ({
    user: { name: "test", groups: [] },
    requestId: "test",
    clock,
    random,
    signal,
    warnings: [],
  });
  const store = (resource: string, group = "", version = "v1"): ResourceStore => {
    const found = registry.store(group, version, resource);
    if (!found) throw new Error(`no store of ${resource}`);
    return found;
  };
  return { clock, storage, registry, store, context };
}

/** A ConfigMap with one key. */
export function configMap(name: string, value = "1", labels?: Record<string, string>): KubernetesObject {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels }, data: { key: value } };
  return object as KubernetesObject;
}

/** The Status of what a promise is rejected with. */
export async function statusOf(promise: Promise<unknown>): Promise<StatusError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** A sink that keeps what it hears as "TYPE name@revision". */
export class EventRecorder implements StoreSink {
  readonly seen: string[] = [];
  readonly all: StoreEvent[] = [];
  closedWith: Error | undefined | "open" = "open";

  events(events: readonly StoreEvent[]): void {
    for (const event of events) {
      this.all.push(event);
      const { metadata } = event.object();
      this.seen.push(`${event.type} ${metadata.name ?? "-"}@${metadata.resourceVersion}`);
    }
  }

  closed(error?: Error): void {
    this.closedWith = error;
  }

  /** What it heard since the last call. */
  take(): string[] {
    return this.seen.splice(0);
  }
}

/** Long enough for what is ready to happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** An object's JSON, decoded from an entry's bytes. */
export function decoded(json: Uint8Array): DeepReadonly<KubernetesObject> {
  return JSON.parse(Buffer.from(json).toString("utf8")) as KubernetesObject;
}
