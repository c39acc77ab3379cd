/**
 * What happens to containers, as it happens. Runtimes differ: CRI's GetContainerEvents where it is served, else
 * containerd's own events service, and where there is neither the listener is told to look again each second.
 *
 * containerd reports an exit before its CRI side knows of it, so an exit is passed on only when CRI shows it: whoever
 * looks then, sees it.
 */
import type { Clock, Logger } from "@k8ts/api";
import type { RuntimeError, RuntimeEvent } from "../runtime.ts";
import type { CriConnection } from "./connection.ts";
import { messages } from "./messages.ts";
import type { Fields } from "./wire.ts";

/** What the subscription needs of its runtime. */
export interface EventSource {
  readonly connection: CriConnection;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether CRI shows the container or sandbox as ended or gone. */
  hasEnded(id: string): Promise<boolean>;
}

/** Who hears of events. */
export interface EventListener {
  readonly event: (event: RuntimeEvent) => void;
  /** Events may have been missed: look at everything again. */
  readonly lost: () => void;
}

type Way = "cri" | "containerd" | "none";

/** Milliseconds before a broken subscription is made again: grows to the last. */
const resubscribeDelays = [0, 100, 300, 1000, 2000];

/** Milliseconds between looks at a runtime that has no events at all (the generic PLEG's period). */
const relistPeriod = 1000;

/** Milliseconds between questions whether CRI shows an exit; about two seconds in all. */
const exitDelays = [2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** Subscribes until `signal` aborts. */
export function subscribe(source: EventSource, listener: EventListener, signal: AbortSignal): void {
  let way: Way = "cri";
  let failures = 0;
  const again = (error: RuntimeError | undefined, established: boolean): void => {
    if (signal.aborted) return;
    if (error?.code === "UNIMPLEMENTED") {
      way = way === "cri" ? "containerd" : "none";
      run();
      return;
    }
    if (established || failures === 0) {
      source.logger.warn("No events from the runtime; subscribing again", { error: error?.message });
    }
    failures = established ? 1 : failures + 1;
    const delay = resubscribeDelays[Math.min(failures, resubscribeDelays.length - 1)]!;
    source.clock.setTimer(delay, () => {
      if (!signal.aborted) run();
    });
  };
  const run = (): void => {
    if (way === "cri") followCri(source, listener, signal, again);
    else if (way === "containerd") followContainerd(source, listener, signal, again);
    else relist(source.clock, listener, signal);
  };
  run();
}

function relist(clock: Clock, listener: EventListener, signal: AbortSignal): void {
  if (signal.aborted) return;
  listener.lost();
  clock.setTimer(relistPeriod, () => relist(clock, listener, signal));
}

type Again = (error: RuntimeError | undefined, established: boolean) => void;

/** CRI gives no sign that a subscription stands, so after this long it is taken to, and its listener looks at everything. */
const criSettles = 200;

function followCri(source: EventSource, listener: EventListener, signal: AbortSignal, again: Again): void {
  let established = false;
  const settled = source.clock.setTimer(criSettles, () => {
    established = true;
    if (!signal.aborted) listener.lost();
  });
  const sink = {
    message: (event: Fields) =>
      listener.event({ type: event["type"] as RuntimeEvent["type"], id: event["containerId"] as string }),
    end: (error: RuntimeError | undefined) => {
      settled.cancel();
      again(error, established);
    },
  };
  const path = "/runtime.v1.RuntimeService/GetContainerEvents";
  source.connection.stream(path, "Empty", {}, "ContainerEvent", sink, signal);
}

const helloTopic = "/k8ts/hello";
const containerdEvents = "/containerd.services.events.v1.Events";
const inKubernetesNamespace = { "containerd-namespace": "k8s.io" };

/** Milliseconds between hellos until one comes back. */
const helloPeriod = 100;

/**
 * Follows containerd's events. A subscription stands when an event that we publish ourselves comes back through it:
 * only then is everything listed again, so that nothing falls between listing and subscribing.
 */
function followContainerd(source: EventSource, listener: EventListener, signal: AbortSignal, again: Again): void {
  let established = false;
  let ended = false;
  const hello = (): void => {
    if (established || ended || signal.aborted) return;
    const event = { typeUrl: "k8ts.io/Hello", value: Buffer.alloc(0) };
    const sent = source.connection.call(
      `${containerdEvents}/Publish`,
      "PublishRequest",
      { topic: helloTopic, event },
      "Empty",
      { metadata: inKubernetesNamespace },
    );
    sent.catch(() => undefined).finally(() => source.clock.setTimer(helloPeriod, hello));
  };
  const sink = {
    message(envelope: Fields) {
      if (envelope["topic"] !== helloTopic) {
        passOn(source, listener, envelope, signal);
      } else if (!established) {
        established = true;
        listener.lost();
      }
    },
    end(error: RuntimeError | undefined) {
      ended = true;
      again(error, established);
    },
  };
  const topics = ['~="^/tasks/"', '=="/containers/delete"', `=="${helloTopic}"`];
  const filters = topics.map((topic) => `namespace==k8s.io,topic${topic}`);
  source.connection.stream(`${containerdEvents}/Subscribe`, "SubscribeRequest", { filters }, "Envelope", sink, signal);
  hello();
}

const eventTypes: Readonly<Record<string, RuntimeEvent["type"]>> = {
  "/tasks/create": "CREATED",
  "/tasks/start": "STARTED",
  "/tasks/exit": "EXITED",
  "/tasks/oom": "OOM",
  "/containers/delete": "DELETED",
};

function passOn(source: EventSource, listener: EventListener, envelope: Fields, signal: AbortSignal): void {
  const type = eventTypes[envelope["topic"] as string];
  const payload = (envelope["event"] as { value: Buffer } | undefined)?.value;
  if (type === undefined || payload === undefined) return;
  const { containerId, process } = messages().decode(type === "EXITED" ? "TaskExit" : "TaskEvent", payload) as {
    containerId: string;
    process?: string;
  };
  const isExec = process !== undefined && process !== "" && process !== containerId;
  if (containerId === "" || isExec) return;
  if (type === "EXITED") void passOnExit(source, listener, containerId, signal);
  else listener.event({ type, id: containerId });
}

async function passOnExit(
  source: EventSource,
  listener: EventListener,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (const delay of exitDelays) {
      if (await source.hasEnded(id)) break;
      await source.clock.sleep(delay, signal);
    }
  } catch (error) {
    source.logger.debug("Could not confirm an exit", { id, error: String(error) });
  }
  if (!signal.aborted) listener.event({ type: "EXITED", id });
}
