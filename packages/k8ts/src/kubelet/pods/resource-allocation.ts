/**
 * What of cpu and memory a pod has been given, and what its containers really have (KEP-1287). The spec says what is
 * wanted; the kubelet allocates it where the node has room, and then the containers are changed to it. Both records
 * outlive the kubelet: a resize that was under way goes on after a restart.
 */
import { compareQuantities, type DeepReadonly } from "@k8ts/api";
import type { ResourceRequirements } from "@k8ts/api/core/v1";
import type { NodeFilesystem } from "../filesystem/node-filesystem.ts";
import { initContainers, regularContainers, type ContainerSpec, type DesiredPod } from "./pod-spec.ts";

/** Requests and limits of a container or a pod. */
export type Resources = DeepReadonly<ResourceRequirements>;

type ByName = Record<string, Resources>;

interface Records {
  allocated: ByName;
  actuated: ByName;
  /** Of the pod as a whole. */
  pod?: Resources;
  actuatedPod?: Resources;
}

const none: Resources = {};

function sameList(a: Readonly<Record<string, string>> = {}, b: Readonly<Record<string, string>> = {}): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => b[name] !== undefined && compareQuantities(a[name]!, b[name]) === 0);
}

/** Whether requests and limits are the same amounts, however they are written. */
export function sameResources(a: Resources = none, b: Resources = none): boolean {
  return sameList(a.requests, b.requests) && sameList(a.limits, b.limits);
}

function withResources(pod: DesiredPod, byName: ByName, whole: Resources | undefined): DesiredPod {
  const change = (containers: readonly ContainerSpec[]): readonly ContainerSpec[] =>
    containers.map((container) => {
      const resources = byName[container.name];
      return resources === undefined ? container : { ...container, resources };
    });
  const spec = { ...pod.spec!, containers: change(regularContainers(pod)) };
  if (pod.spec?.initContainers !== undefined) spec.initContainers = change(initContainers(pod));
  if (whole !== undefined) spec.resources = whole;
  return { ...pod, spec } as DesiredPod;
}

/** One pod's records. */
export class ResourceAllocation {
  readonly #files: NodeFilesystem;
  readonly #path: string;
  #record: Records = { allocated: {}, actuated: {} };
  #known = false;
  #dirty = false;
  #applied: { from: DesiredPod; to: DesiredPod } | undefined;

  /** `path`: the file that keeps the records. */
  constructor(files: NodeFilesystem, path: string) {
    this.#files = files;
    this.#path = path;
  }

  /** Whether anything has been allocated. */
  get known(): boolean {
    return this.#known;
  }

  /** Reads what an earlier kubelet has written; a file that cannot be read counts as none. */
  async load(): Promise<void> {
    if (this.#known || !this.#files.real) return;
    const bytes = await this.#files.readFile(this.#path).catch(() => undefined);
    if (bytes === undefined) return;
    try {
      this.#record = JSON.parse(new TextDecoder().decode(bytes)) as Records;
      this.#known = true;
    } catch {
      // Written by half: what the spec says is allocated anew.
    }
  }

  /** Gives the pod what its spec asks for. */
  allocate(pod: DesiredPod): void {
    const containers = [...regularContainers(pod), ...initContainers(pod)];
    this.#record.allocated = Object.fromEntries(containers.map(({ name, resources }) => [name, resources ?? none]));
    this.#record.pod = pod.spec?.resources;
    this.#known = true;
    this.#changed();
  }

  /** The pod with the resources that it has been given, in place of those it asks for. */
  allocated(pod: DesiredPod): DesiredPod {
    if (!this.differs(pod)) return pod;
    if (this.#applied?.from !== pod)
      this.#applied = { from: pod, to: withResources(pod, this.#record.allocated, this.#record.pod) };
    return this.#applied.to;
  }

  /** The pod with the resources that its containers really have. */
  actual(pod: DesiredPod): DesiredPod {
    return withResources(this.allocated(pod), this.#record.actuated, this.#record.actuatedPod);
  }

  /** Whether the pod asks for something else than it has been given. */
  differs(pod: DesiredPod): boolean {
    if (!this.#known) return false;
    const { allocated, pod: whole } = this.#record;
    if (pod.spec?.resources !== whole && !sameResources(pod.spec?.resources, whole)) return true;
    return [...regularContainers(pod), ...initContainers(pod)].some(
      ({ name, resources }) => allocated[name] !== undefined && !sameResources(allocated[name], resources),
    );
  }

  /** What the container of this name was last given in the runtime; undefined: not known. */
  actuated(name: string): Resources | undefined {
    return this.#record.actuated[name];
  }

  /** The container has these resources now. */
  setActuated(name: string, resources: Resources = none): void {
    this.#record.actuated[name] = resources;
    this.#changed();
  }

  /** What the pod as a whole was last limited to; undefined: not known. */
  get actuatedPod(): Resources | undefined {
    return this.#record.actuatedPod;
  }

  /** The pod as a whole has these resources now. */
  setActuatedPod(resources: Resources): void {
    if (sameResources(this.#record.actuatedPod, resources)) return;
    this.#record.actuatedPod = resources;
    this.#changed();
  }

  /** Writes what has changed since the last time; what could not be written is written the next time. */
  async save(): Promise<void> {
    if (!this.#dirty || !this.#files.real) return;
    this.#dirty = false;
    try {
      await this.#files.writeFile(`${this.#path}.new`, JSON.stringify(this.#record), 0o600);
      await this.#files.rename(`${this.#path}.new`, this.#path);
    } catch (error) {
      this.#dirty = true;
      throw error;
    }
  }

  #changed(): void {
    this.#dirty = true;
    this.#applied = undefined;
  }
}
