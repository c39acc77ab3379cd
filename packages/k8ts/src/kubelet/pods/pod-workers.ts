/** All pod workers of a node: one per uid, fed by the API server's pods and by what the runtime shows. */
import { qosClass } from "../status/qos-class.ts";
import type { PodDependencies } from "./pod-dependencies.ts";
import type { DesiredPod } from "./pod-spec.ts";
import { PodWorker, type PodVerdict } from "./pod-worker.ts";

/** How long the kubelet's own end waits for steps that are under way. */
const stopWithinMilliseconds = 1_000;

/** The workers. */
export class PodWorkers {
  readonly #workers = new Map<string, PodWorker>();
  #deps: PodDependencies | undefined;
  #open = false;

  /** Workers need the node's parts, and those ask for workers: they are joined here. */
  attach(deps: PodDependencies): void {
    this.#deps = deps;
  }

  /** Both the desired pods and those in the runtime are known: from now on workers work. What nobody wants is ended. */
  open(): void {
    this.#open = true;
    this.triggerAll();
    this.observed(this.#deps!.view.pods().map((pod) => pod.uid));
  }

  /** A pod is bound to this node, or its object has changed. */
  update(pod: DesiredPod): void {
    const uid = pod.metadata.uid ?? "";
    const worker = this.#workers.get(uid);
    if (worker !== undefined) worker.update(pod, this.#open);
    else this.#add(uid, pod);
  }

  /** The API server has the pod no more. */
  removed(uid: string): void {
    this.#workers.get(uid)?.removed(this.#open);
  }

  /** The runtime has something of these pods: those nobody knows are ended and removed. */
  observed(uids: Iterable<string>): void {
    if (!this.#open) return;
    for (const uid of uids) {
      const worker = this.#workers.get(uid);
      if (worker !== undefined) worker.trigger();
      else if (this.#deps!.view.get(uid).sandboxes.length + this.#deps!.view.get(uid).containers.length > 0)
        this.#add(uid, undefined);
    }
  }

  /** Looks at one pod again. */
  trigger(uid: string): void {
    this.#workers.get(uid)?.trigger();
  }

  /** Looks at all pods again. */
  triggerAll(): void {
    for (const worker of this.#workers.values()) worker.trigger();
  }

  /** Ends a pod for the node's reasons. */
  end(uid: string, verdict: PodVerdict): void {
    this.#workers.get(uid)?.end(verdict);
  }

  /** Whether nobody looks after this pod and nobody will; false as long as that cannot be told. */
  isOrphan(uid: string): boolean {
    return this.#open && !this.#workers.has(uid);
  }

  /** All pods, in any stage. */
  pods(): DesiredPod[] {
    return [...this.#workers.values()].flatMap((worker) => worker.pod ?? []);
  }

  /** Pods whose containers run or may yet. */
  active(): DesiredPod[] {
    return [...this.#workers.values()].flatMap((worker) => (worker.active && worker.pod) || []);
  }

  /** Pods that have been let in: what a new pod has to fit beside. */
  admitted(): DesiredPod[] {
    return [...this.#workers.values()].flatMap((worker) => ((worker.admitted || worker.ending) && worker.pod) || []);
  }

  /** Stops all workers; their pods run on. */
  async stop(): Promise<void> {
    // First of all: without its workers every pod would look like one that nobody wants.
    this.#open = false;
    const stopping = [...this.#workers.values()].map((worker) => worker.stop());
    this.#workers.clear();
    // A container that is being stopped may take its whole grace; the runtime goes on with it by itself.
    const limit = new AbortController();
    const enough = this.#deps?.clock.sleep(stopWithinMilliseconds, limit.signal).catch(() => undefined);
    await Promise.race([Promise.all(stopping), enough ?? Promise.resolve()]);
    limit.abort();
  }

  #add(uid: string, pod: DesiredPod | undefined): void {
    const worker = new PodWorker(this.#deps!, uid, pod, {
      gone: () => this.#workers.delete(uid),
      freed: () => this.#retryResizes(),
    });
    this.#workers.set(uid, worker);
    if (this.#open) worker.trigger();
  }

  /** Those that wait for room, the most important first. */
  #retryResizes(): void {
    const waiting = [...this.#workers.values()].filter((worker) => worker.deferred);
    waiting.sort((a, b) => rank(b.pod) - rank(a.pod));
    for (const worker of waiting) worker.trigger();
  }
}

/** Priority first; among equals, Guaranteed pods. */
function rank(pod: DesiredPod | undefined): number {
  if (pod === undefined) return 0;
  return (pod.spec?.priority ?? 0) * 2 + (qosClass(pod) === "Guaranteed" ? 1 : 0);
}
