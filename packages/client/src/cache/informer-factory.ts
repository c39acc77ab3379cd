/** Shares informers: one for each resource and scope of a client. */
import type { KubernetesObject, Resource } from "@k8ts/api";
import { CachedInformer, type InformerDependencies } from "./cached-informer.ts";
import type { Informer, InformerFactory, InformerScope } from "./informer.ts";

/** A factory of informers that read through `client`. */
export function createInformerFactory(dependencies: InformerDependencies): InformerFactory {
  return new SharedInformers(dependencies);
}

class SharedInformers implements InformerFactory {
  readonly #dependencies: InformerDependencies;
  readonly #informers = new Map<string, CachedInformer>();
  #state: "new" | "started" | "stopped" = "new";

  constructor(dependencies: InformerDependencies) {
    this.#dependencies = dependencies;
  }

  of<T>(resource: Resource<T>, scope: InformerScope = {}): Informer<T> {
    const key = informerKey(resource, scope);
    let informer = this.#informers.get(key);
    if (!informer) {
      informer = new CachedInformer(resource as Resource<KubernetesObject>, scope, this.#dependencies);
      this.#informers.set(key, informer);
      if (this.#state === "started") informer.start();
      if (this.#state === "stopped") void informer.stop();
    }
    return informer as unknown as Informer<T>;
  }

  start(): void {
    if (this.#state !== "new") return;
    this.#state = "started";
    for (const informer of this.#informers.values()) informer.start();
  }

  async synced(signal?: AbortSignal): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.synced(signal)));
  }

  async stop(): Promise<void> {
    this.#state = "stopped";
    await Promise.all([...this.#informers.values()].map((informer) => informer.stop()));
  }
}

const informerKey = ({ group, version, resource }: Resource, scope: InformerScope): string =>
  [group, version, resource, scope.namespace ?? "", scope.labelSelector ?? "", scope.fieldSelector ?? ""].join("\n");
