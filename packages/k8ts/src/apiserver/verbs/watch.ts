/** Watching a collection: not a Verb, because its answer goes on. */
import type { StoreSink, WatchOptions } from "../../registry/resource-store.ts";
import { listOptions } from "../query.ts";
import type { ResourceCall } from "../resource-call.ts";
import { selectName } from "./list.ts";

/** Watches end after 30 to 60 minutes where the client names no time, so that they spread anew; upstream's default. */
const minimumTimeoutSeconds = 1800;

/** The options of a watch call; every watch has a timeout. */
export function optionsOfWatch(call: ResourceCall): WatchOptions {
  const options = selectName(call.name, listOptions(call.query));
  if (options.timeoutSeconds) return options;
  return { ...options, timeoutSeconds: Math.round(minimumTimeoutSeconds * (1 + call.context.random.next())) };
}

/** Resolves once the store has accepted the watch; throws StatusError where it refuses. */
export function watch(call: ResourceCall, sink: StoreSink): Promise<void> {
  return call.store.watch(call.context, call.namespace, optionsOfWatch(call), sink);
}
