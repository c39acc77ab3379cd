/** A pod as the checks look at it, and the words that they share. */
import type { DeepReadonly } from "@k8ts/api";
import type { Container, PodSecurityContext, PodTemplateSpec, SecurityContext } from "@k8ts/api/core/v1";

/** A pod, or the template of one. */
export type CheckedPod = Pick<DeepReadonly<PodTemplateSpec>, "metadata" | "spec">;

/** What a check found. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** One check, in the shapes that it had since some minor versions. */
export interface Check {
  readonly id: string;
  readonly rules: readonly { readonly since: number; find(pod: PodUnderCheck): Violation | undefined }[];
  /** The baseline check that this stricter one makes needless. */
  readonly covers?: string;
}

type In<T> = DeepReadonly<T>;

/** "container" or "containers", and the names in quotes. */
export const containersText = (names: readonly string[]): string => `${plural("container", names)} ${quoted(names)}`;

/** The word for one or several. */
export const plural = (word: string, items: readonly unknown[]): string => (items.length === 1 ? word : `${word}s`);

/** "a", "b" */
export const quoted = (items: readonly string[]): string => items.map((item) => `"${item}"`).join(", ");

/** Sorted, each once. */
export const distinct = (items: readonly string[]): string[] => [...new Set(items)].sort();

/** A pod, its containers in one list. */
export class PodUnderCheck {
  readonly spec: NonNullable<CheckedPod["spec"]>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly containers: readonly In<Container>[];

  constructor(pod: CheckedPod) {
    this.spec = pod.spec!;
    this.annotations = pod.metadata?.annotations ?? {};
    const { initContainers = [], containers = [], ephemeralContainers = [] } = this.spec;
    this.containers = [...initContainers, ...containers, ...(ephemeralContainers as readonly In<Container>[])];
  }

  get context(): In<PodSecurityContext> | undefined {
    return this.spec.securityContext;
  }

  /** Its own user namespace: what it does as root, it does as nobody on the host. */
  get hasOwnUsers(): boolean {
    return this.spec.hostUsers === false;
  }

  get isWindows(): boolean {
    return this.spec.os?.name === "windows";
  }

  /** Names of the containers of which `test` is true. */
  named(test: (container: In<Container>, context: In<SecurityContext> | undefined) => boolean): string[] {
    return this.containers.filter((one) => test(one, one.securityContext)).map(({ name }) => name);
  }

  /** Who has a fault: the pod itself, containers, or both; undefined where nobody has. */
  setters(pod: boolean, containers: readonly string[]): string | undefined {
    const all = [...(pod ? ["pod"] : []), ...(containers.length > 0 ? [containersText(containers)] : [])];
    return all.length > 0 ? all.join(" and ") : undefined;
  }

  /** Values that the pod and its containers set, where `of` finds one. */
  values(of: (context: In<PodSecurityContext & SecurityContext>) => string | undefined): string[] {
    const all = [this.context, ...this.containers.map((one) => one.securityContext)];
    return all.flatMap((context) => (context ? (of(context as In<PodSecurityContext & SecurityContext>) ?? []) : []));
  }
}
