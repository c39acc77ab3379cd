/** Watching: where a watch begins, and when it ends. */
import type { Timer } from "@k8ts/api";
import type { RequestContext } from "./context.ts";
import { filterOf, parseResourceVersion, validateWatchOptions } from "./list-options.ts";
import type { StoreSink, WatchOptions } from "./resource-store.ts";
import type { StoreCore } from "./store-core.ts";

/** Starts a watch; throws 410 Expired, 400 or 422 where it is refused. */
export async function watch(
  core: StoreCore,
  context: RequestContext,
  namespace: string,
  options: WatchOptions,
  sink: StoreSink,
): Promise<void> {
  validateWatchOptions(options);
  const filter = filterOf(core.resource, core.strategy, namespace, options);
  const start = await startOf(core, options);
  context.signal.throwIfAborted();
  let timer: Timer | undefined;
  const abort = (): void => watcher.end();
  const watcher = core.parts.cache.watch(
    { ...filter, from: start.from, bookmarks: options.allowWatchBookmarks === true, markEnd: start.markEnd },
    {
      events: (events) => sink.events(events),
      closed: (error) => {
        timer?.cancel();
        context.signal.removeEventListener("abort", abort);
        sink.closed(error);
      },
    },
  );
  context.signal.addEventListener("abort", abort, { once: true });
  if (options.timeoutSeconds)
    timer = context.clock.setTimer(options.timeoutSeconds * 1000, () => core.parts.cache.finish(watcher));
}

/** The revision to go on from; undefined: begin with the present state. */
async function startOf(core: StoreCore, options: WatchOptions): Promise<{ from?: number; markEnd: boolean }> {
  const asked = parseResourceVersion(options.resourceVersion);
  if (options.sendInitialEvents === true) {
    if (asked === undefined) await core.caughtUp();
    else if (asked > 0) await core.waitFor(asked);
    return { markEnd: options.allowWatchBookmarks === true };
  }
  if (asked !== undefined && asked > 0) return { from: asked, markEnd: false };
  if (options.sendInitialEvents === false) return { from: await core.caughtUp(), markEnd: false };
  if (asked === undefined) await core.caughtUp();
  return { markEnd: false };
}
