/**
 * The runtime's pods, kept current without polling: a runtime event makes one list of sandboxes and one of containers,
 * however many events came in a burst, and a status call only for what changed. Pod workers read it; it tells them which
 * pods to look at again. A slow relist covers events that got lost.
 */
import type { Clock, Logger, Timer } from "@k8ts/api";
import type {
  Container,
  ContainerRuntime,
  ContainerStatus,
  PodSandbox,
  PodSandboxStatus,
} from "../runtimes/runtime.ts";
import {
  containerNameLabel,
  hashAnnotation,
  podNameLabel,
  podNamespaceLabel,
  podUidLabel,
  restartCountAnnotation,
} from "../containers/labels.ts";
import type { NodeFilesystem } from "../filesystem/node-filesystem.ts";
import { absentPod, type ObservedContainer, type ObservedPod } from "./observed-pod.ts";
import { terminationMessage } from "./termination-message.ts";

/** How often everything is listed although no event came. */
const relistMilliseconds = 60_000;
/** How soon after a failed list the next is tried. */
const retryMilliseconds = 1_000;
/** After a runtime's failure to list for this long the node is not ready. */
export const relistThresholdMilliseconds = 3 * 60_000;

/** What the view is made of. */
export interface RuntimeViewOptions {
  readonly runtime: ContainerRuntime;
  readonly files: NodeFilesystem;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told the pods of which something changed. */
  readonly changed: (uids: ReadonlySet<string>) => void;
}

/** A pod as last listed, with a text that changes when anything in it does. */
interface Entry {
  readonly pod: ObservedPod;
  readonly fingerprint: string;
}

/** The runtime's pods. */
export class RuntimeView {
  readonly #options: RuntimeViewOptions;
  readonly #stop = new AbortController();
  #pods = new Map<string, Entry>();
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: Timer | undefined;
  #lastListed: number;

  constructor(options: RuntimeViewOptions) {
    this.#options = options;
    this.#lastListed = options.clock.now();
  }

  /** Subscribes to events and lists once; throws where the runtime cannot list. */
  async start(): Promise<void> {
    const again = (): void => void this.refresh().catch(() => undefined);
    this.#options.runtime.events(again, again, this.#stop.signal);
    await this.refresh();
  }

  stop(): void {
    this.#stop.abort();
    this.#timer?.cancel();
  }

  /** When the runtime last listed its pods. */
  get lastListed(): number {
    return this.#lastListed;
  }

  /** The pod as last seen. */
  get(uid: string, namespace = "", name = ""): ObservedPod {
    return this.#pods.get(uid)?.pod ?? absentPod(uid, namespace, name);
  }

  /** Everything the runtime has. */
  pods(): readonly ObservedPod[] {
    return [...this.#pods.values()].map((entry) => entry.pod);
  }

  /** Resolves when a list that began after this call is in; calls meanwhile share it. */
  refresh(): Promise<void> {
    if (this.#running === undefined) return (this.#running = this.#list());
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return (this.#running = this.#list());
      });
    return this.#next;
  }

  async #list(): Promise<void> {
    let delay = relistMilliseconds;
    try {
      const { runtime } = this.#options;
      const [sandboxes, containers] = await Promise.all([runtime.listPodSandboxes(), runtime.listContainers()]);
      if (!(await this.#take(group(sandboxes, containers)))) delay = retryMilliseconds;
      this.#lastListed = this.#options.clock.now();
    } catch (error) {
      delay = retryMilliseconds;
      if (!this.#stop.signal.aborted) this.#options.logger.warn("Cannot list the runtime's pods", { error });
      throw error;
    } finally {
      if (this.#next === undefined) this.#running = undefined;
      this.#arm(delay);
    }
  }

  #arm(delay: number): void {
    this.#timer?.cancel();
    if (this.#stop.signal.aborted) return;
    this.#timer = this.#options.clock.setTimer(delay, () => void this.refresh().catch(() => undefined));
  }

  /** Returns whether every pod could be read. */
  async #take(groups: ReadonlyMap<string, PodGroup>): Promise<boolean> {
    const changed = new Set<string>();
    const pods = new Map<string, Entry>();
    const reads: Promise<void>[] = [];
    let complete = true;
    for (const [uid, found] of groups) {
      const before = this.#pods.get(uid);
      const fingerprint = fingerprintOf(found);
      if (before?.fingerprint === fingerprint) {
        pods.set(uid, before);
        continue;
      }
      changed.add(uid);
      const keep = (error: unknown): void => {
        // One pod that cannot be read must not hide the others: it stays as it was, and is read again soon.
        complete = false;
        this.#options.logger.warn("Cannot read a pod's containers from the runtime", { uid, error });
        pods.set(uid, { pod: before?.pod ?? absentPod(uid, "", ""), fingerprint: "" });
      };
      reads.push(this.#read(uid, found, before?.pod).then((pod) => void pods.set(uid, { pod, fingerprint }), keep));
    }
    await Promise.all(reads);
    for (const uid of this.#pods.keys()) if (!groups.has(uid)) changed.add(uid);
    this.#pods = pods;
    if (changed.size > 0) this.#options.changed(changed);
    return complete;
  }

  async #read(uid: string, found: PodGroup, before: ObservedPod | undefined): Promise<ObservedPod> {
    const sandboxes = await Promise.all(found.sandboxes.map((sandbox) => this.#sandbox(sandbox, before)));
    const containers = await Promise.all(found.containers.map((container) => this.#container(container, before)));
    const labels = (found.sandboxes[0] ?? found.containers[0])?.labels ?? {};
    return {
      uid,
      name: labels[podNameLabel] ?? "",
      namespace: labels[podNamespaceLabel] ?? "",
      sandboxes: sandboxes.filter((one) => one !== undefined).sort(newestFirst),
      containers: containers.filter((one) => one !== undefined).sort(newestContainerFirst),
    };
  }

  /** Undefined where it is gone since it was listed. */
  async #sandbox(sandbox: PodSandbox, before: ObservedPod | undefined): Promise<PodSandboxStatus | undefined> {
    const known = before?.sandboxes.find((one) => one.id === sandbox.id && one.state === sandbox.state);
    if (known !== undefined && (known.ips.length > 0 || known.state === "NOTREADY")) return known;
    return await this.#options.runtime.podSandboxStatus(sandbox.id).catch(goneIsUndefined);
  }

  async #container(container: Container, before: ObservedPod | undefined): Promise<ObservedContainer | undefined> {
    const known = before?.containers.find((one) => one.id === container.id && one.state === container.state);
    if (known !== undefined) return known;
    const status = await this.#options.runtime.containerStatus(container.id).catch(goneIsUndefined);
    return status === undefined ? undefined : await observedContainer(this.#options.files, status, container);
  }
}

function goneIsUndefined(error: unknown): undefined {
  if ((error as { code?: unknown }).code === "NOT_FOUND") return undefined;
  throw error;
}

interface PodGroup {
  readonly sandboxes: PodSandbox[];
  readonly containers: Container[];
}

/** Sandboxes and containers by their pod's uid; what no kubelet made is left alone. */
function group(sandboxes: readonly PodSandbox[], containers: readonly Container[]): Map<string, PodGroup> {
  const groups = new Map<string, PodGroup>();
  const of = (uid: string): PodGroup => {
    let found = groups.get(uid);
    if (found === undefined) groups.set(uid, (found = { sandboxes: [], containers: [] }));
    return found;
  };
  for (const sandbox of sandboxes) {
    const uid = sandbox.labels[podUidLabel];
    if (uid) of(uid).sandboxes.push(sandbox);
  }
  for (const container of containers) {
    const uid = container.labels[podUidLabel];
    if (uid) of(uid).containers.push(container);
  }
  return groups;
}

function fingerprintOf(found: PodGroup): string {
  let text = "";
  for (const sandbox of found.sandboxes) text += `${sandbox.id}${sandbox.state};`;
  for (const container of found.containers) text += `${container.id}${container.state};`;
  return text;
}

/** By time; what was made within one tick of the clock, by attempt. */
function newestFirst(a: PodSandboxStatus, b: PodSandboxStatus): number {
  if (a.createdAt === b.createdAt) return b.metadata.attempt - a.metadata.attempt;
  return a.createdAt < b.createdAt ? 1 : -1;
}

function newestContainerFirst(a: ObservedContainer, b: ObservedContainer): number {
  return b.createdAt - a.createdAt || b.restartCount - a.restartCount;
}

const milliseconds = (nanoseconds: bigint): number => Number(nanoseconds / 1_000_000n);

async function observedContainer(
  files: NodeFilesystem,
  status: ContainerStatus,
  listed: Container,
): Promise<ObservedContainer> {
  const annotations = status.annotations;
  const count = Number(annotations[restartCountAnnotation] ?? status.metadata.attempt);
  return {
    id: status.id,
    name: listed.labels[containerNameLabel] ?? status.metadata.name,
    sandboxId: listed.podSandboxId,
    state: status.state,
    hash: annotations[hashAnnotation],
    restartCount: Number.isSafeInteger(count) ? count : status.metadata.attempt,
    createdAt: milliseconds(status.createdAt),
    startedAt: milliseconds(status.startedAt),
    finishedAt: milliseconds(status.finishedAt),
    exitCode: status.exitCode,
    reason: status.reason,
    message: status.state === "EXITED" ? await terminationMessage(files, status) : status.message,
    image: status.image,
    imageRef: status.imageRef,
    logPath: status.logPath,
    annotations,
  };
}
