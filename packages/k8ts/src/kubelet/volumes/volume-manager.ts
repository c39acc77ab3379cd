/**
 * The volumes of a node's pods: set up before a pod's containers, kept current while they run, taken away after them.
 * Payload volumes follow the objects they show; nothing is polled.
 */
import { formatTime } from "@k8ts/api";
import type { Clock, DeepReadonly, KubernetesObject, Logger, Random, Resource, Timer } from "@k8ts/api";
import type { Volume } from "@k8ts/api/core/v1";
import type { Client } from "@k8ts/client";
import type { NodeFacts } from "../containers/field-reference.ts";
import type { NodeFilesystem } from "../filesystem/node-filesystem.ts";
import type { ContainerEvents } from "../pods/container-events.ts";
import { podText, type DesiredPod } from "../pods/pod-spec.ts";
import type { ObjectHold, ReferencedObjects } from "./referenced-objects.ts";
import { showsPodFields } from "./payload-sources.ts";
import type { ServiceAccountTokens } from "./service-account-tokens.ts";
import type { SetUpContext } from "./set-up-context.ts";
import { setUpVolume, volumePath, type SetUpResult } from "./set-up-volume.ts";
import { VolumeError, type PodVolumes } from "./volume.ts";

/** What the manager is made of. */
export interface VolumeManagerOptions {
  readonly client: Client;
  readonly files: NodeFilesystem;
  readonly objects: ReferencedObjects;
  readonly tokens: ServiceAccountTokens;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly events: ContainerEvents;
  /** "<root>/pods". */
  readonly podsDirectory: string;
  readonly facts: (pod: DesiredPod) => NodeFacts;
}

interface Entry {
  pod: DesiredPod;
  readonly holds: Map<string, ObjectHold<KubernetesObject>>;
  readonly volumes: Map<string, SetUpResult>;
  /** Every volume of the pod is there. */
  complete: boolean;
  changed: () => void;
  refreshing: boolean;
  stale: boolean;
  retry: number;
  timer: Timer | undefined;
  /** When the first of its tokens has to be renewed. */
  renewAt: number;
  gone: boolean;
}

/** Waits after a refresh that failed. */
const firstRetry = 1_000;
const lastRetry = 60_000;

/** Volumes of all pods. */
export class VolumeManager {
  readonly #options: VolumeManagerOptions;
  readonly #pods = new Map<string, Entry>();

  constructor(options: VolumeManagerOptions) {
    this.#options = options;
  }

  /**
   * Sets up what is not there yet, and gives all of the pod's volumes. `changed` is called when an object that the pod
   * refers to changes. Throws VolumeError, having told the pod in an event.
   */
  async mount(pod: DesiredPod, changed: () => void): Promise<PodVolumes> {
    const entry = this.#entry(pod);
    entry.changed = changed;
    if (entry.complete) {
      if (podFieldsChanged(entry.pod, pod)) {
        entry.pod = pod;
        void this.#refresh(entry);
      }
      return entry.volumes;
    }
    entry.pod = pod;
    const faults: string[] = [];
    for (const volume of pod.spec?.volumes ?? []) {
      if (entry.volumes.has(volume.name)) continue;
      const fault = await this.#setUp(entry, volume);
      if (fault !== undefined) faults.push(fault);
    }
    if (faults.length > 0) throw new VolumeError(faults.join("; "));
    entry.complete = true;
    this.#arm(entry);
    return entry.volumes;
  }

  /** One of the ConfigMaps or Secrets that a pod refers to; undefined: there is none. Throws StatusError. */
  async object<T extends KubernetesObject>(
    pod: DesiredPod,
    resource: Resource<T>,
    name: string,
  ): Promise<DeepReadonly<T> | undefined> {
    const entry = this.#entry(pod);
    const key = `${resource.resource}/${name}`;
    let hold = entry.holds.get(key) as ObjectHold<T> | undefined;
    if (hold === undefined) {
      const namespace = pod.metadata.namespace ?? "";
      hold = this.#options.objects.hold(resource, namespace, name, () => this.#objectChanged(entry));
      entry.holds.set(key, hold as unknown as ObjectHold<KubernetesObject>);
    }
    return await hold.current();
  }

  /** Unmounts and removes all volumes of a pod; also those of a pod from before this kubelet's start. */
  async tearDown(uid: string): Promise<void> {
    const { files, podsDirectory, tokens } = this.#options;
    this.#release(uid);
    tokens.forget(uid);
    if (!files.real) return;
    const directory = `${podsDirectory}/${uid}`;
    for (const point of await files.mountsBelow(directory)) await files.unmount(point);
    await files.remove(`${directory}/volumes`);
    await files.remove(`${directory}/volume-subpaths`);
  }

  /** Lets go of all objects; volumes stay for the kubelet's next start. */
  stop(): void {
    for (const uid of this.#pods.keys()) this.#release(uid);
  }

  #release(uid: string): void {
    const entry = this.#pods.get(uid);
    if (entry === undefined) return;
    entry.gone = true;
    entry.timer?.cancel();
    for (const hold of entry.holds.values()) hold.release();
    this.#pods.delete(uid);
  }

  #entry(pod: DesiredPod): Entry {
    const uid = pod.metadata.uid ?? "";
    let entry = this.#pods.get(uid);
    if (entry === undefined) {
      entry = {
        pod,
        holds: new Map(),
        volumes: new Map(),
        complete: false,
        changed: () => undefined,
        refreshing: false,
        stale: false,
        retry: 0,
        timer: undefined,
        renewAt: Infinity,
        gone: false,
      };
      this.#pods.set(uid, entry);
    }
    return entry;
  }

  #objectChanged(entry: Entry): void {
    if (entry.gone) return;
    if (entry.complete) void this.#refresh(entry);
    entry.changed();
  }

  #context(entry: Entry): SetUpContext {
    const { client, files, tokens, facts } = this.#options;
    const { pod } = entry;
    return {
      pod,
      client,
      files,
      object: (resource, name) => this.object(pod, resource, name),
      facts: () => facts(pod),
      async token(audience, expirationSeconds) {
        if (!files.real) return "";
        const { token, renewAt } = await tokens.get(pod, audience, expirationSeconds);
        entry.renewAt = Math.min(entry.renewAt, renewAt);
        return token;
      },
    };
  }

  /** Returns what is wrong. */
  async #setUp(entry: Entry, volume: DeepReadonly<Volume>): Promise<string | undefined> {
    const { podsDirectory, events, clock, random } = this.#options;
    const path = volumePath(podsDirectory, entry.pod, volume);
    const before = entry.volumes.get(volume.name);
    try {
      const stamp = `${stampOf(clock.now())}.${Math.floor(random.next() * 1e9)}`;
      entry.volumes.set(volume.name, await setUpVolume(volume, path, this.#context(entry), stamp, before));
      return undefined;
    } catch (error) {
      const { message } = error as Error;
      const text = `MountVolume.SetUp failed for volume "${volume.name}" : ${message}`;
      if (!entry.gone) events.pod(entry.pod, "Warning", "FailedMount", text);
      return text;
    }
  }

  /** Writes payload volumes anew where what they show has changed. */
  async #refresh(entry: Entry): Promise<void> {
    if (entry.refreshing) {
      entry.stale = true;
      return;
    }
    entry.refreshing = true;
    let fault: string | undefined;
    do {
      entry.stale = false;
      entry.renewAt = Infinity;
      fault = undefined;
      for (const volume of entry.pod.spec?.volumes ?? []) {
        if (entry.gone) return;
        if (entry.volumes.get(volume.name)?.fingerprint === undefined) continue;
        fault = (await this.#setUp(entry, volume)) ?? fault;
      }
    } while (entry.stale);
    entry.refreshing = false;
    entry.retry = fault === undefined ? 0 : Math.min(entry.retry === 0 ? firstRetry : entry.retry * 2, lastRetry);
    if (fault !== undefined)
      this.#options.logger.debug("Cannot refresh a volume; will try again", { pod: podText(entry.pod), fault });
    this.#arm(entry);
  }

  #arm(entry: Entry): void {
    const { clock } = this.#options;
    entry.timer?.cancel();
    entry.timer = undefined;
    if (entry.gone) return;
    const wait = Math.min(entry.retry || Infinity, entry.renewAt - clock.now());
    if (wait === Infinity) return;
    entry.timer = clock.setTimer(Math.max(wait, firstRetry), () => void this.#refresh(entry));
  }
}

/** "2026_01_01_00_00_00": when a payload was written, as upstream names its directory. */
function stampOf(milliseconds: number): string {
  return formatTime(milliseconds).slice(0, 19).replace(/[-T:]/g, "_");
}

function podFieldsChanged(before: DesiredPod, pod: DesiredPod): boolean {
  if (before === pod || !pod.spec?.volumes?.some(showsPodFields)) return false;
  const shown = ({ metadata, status }: DesiredPod): string =>
    JSON.stringify([metadata.labels, metadata.annotations, status?.podIPs, status?.hostIPs]);
  return shown(before) !== shown(pod);
}
