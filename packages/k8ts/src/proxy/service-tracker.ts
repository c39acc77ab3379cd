/** Which Services have changed, and what that changes in the plans. */
import { deepEqual, type DeepReadonly } from "@k8ts/api";
import { type Node, nodes, type Service, services } from "@k8ts/api/core/v1";
import { type EndpointSlice, endpointSlices } from "@k8ts/api/discovery/v1";
import { cacheKey, type Informer, type InformerFactory } from "@k8ts/client";
import type { PlanChange } from "./backends/backend.ts";
import { type Endpoint, endpointText, type Topology } from "./endpoint.ts";
import type { ServiceHealth } from "./health-servers.ts";
import { planService, type ServicePlan } from "./plan.ts";

/** The label that says whose endpoints a slice holds. */
const serviceNameLabel = "kubernetes.io/service-name";
/** Slices with this label are of headless Services, whatever their Service says: nobody sends to those by a proxy. */
const headlessLabel = "service.kubernetes.io/headless";
const zoneLabel = "topology.kubernetes.io/zone";
const deletionTaint = "ToBeDeletedByClusterAutoscaler";
const byService = "kube-proxy-service";

/** A Service whose plans may have changed. */
export interface ServiceChange {
  readonly key: string;
  readonly plans: readonly PlanChange[];
  readonly health: ServiceHealth | undefined;
}

/** Follows Services, their EndpointSlices and this node. */
export class ServiceTracker {
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #nodes: Informer<Node>;
  readonly #nodeName: string;
  readonly #changed: () => void;
  readonly #dirty = new Set<string>();
  /** By Service, by id. */
  readonly #plans = new Map<string, ReadonlyMap<string, ServicePlan>>();
  #zone = "";
  #removals: (() => void)[] = [];

  /** `changed` is called whenever there is something for `take`. */
  constructor(informers: InformerFactory, nodeName: string, changed: () => void) {
    this.#services = informers.of(services);
    this.#slices = informers.of(endpointSlices);
    this.#nodes = informers.of(nodes, { fieldSelector: `metadata.name=${nodeName}` });
    this.#nodeName = nodeName;
    this.#changed = changed;
    this.#slices.addIndex(byService, (slice) => keysOf(slice));
  }

  /** Listens; resolves when everything there is has been heard of. */
  async start(signal: AbortSignal): Promise<void> {
    const service = (object: DeepReadonly<Service>): void => this.#touch(keyOf(object));
    const slice = (object: DeepReadonly<EndpointSlice>): void => {
      for (const key of keysOf(object)) this.#touch(key);
    };
    const node = (): void => this.#nodeChanged();
    this.#removals = [
      this.#services.addHandler({ add: service, update: service, delete: service }),
      this.#slices.addHandler({ add: slice, update: (now, old) => void (slice(now), slice(old)), delete: slice }),
      this.#nodes.addHandler({ add: node, update: node, delete: node }),
    ];
    await Promise.all([this.#services.synced(signal), this.#slices.synced(signal), this.#nodes.synced(signal)]);
  }

  /** Stops listening. */
  stop(): void {
    for (const remove of this.#removals) remove();
    this.#removals = [];
  }

  /** False where the node is being deleted: load balancers should stop using it. */
  get nodeEligible(): boolean {
    const node = this.#nodes.lister.get("", this.#nodeName);
    if (!node) return true;
    const leaving = node.spec?.taints?.some(({ key }) => key === deletionTaint) ?? false;
    return !leaving && node.metadata.deletionTimestamp === undefined;
  }

  /** Every plan, as of the last `take`. */
  *plans(): Generator<ServicePlan> {
    for (const plans of this.#plans.values()) yield* plans.values();
  }

  /** What has changed since the last call; costs what the changed Services cost. */
  take(): ServiceChange[] {
    const keys = [...this.#dirty];
    this.#dirty.clear();
    return keys.map((key) => this.#replan(key));
  }

  #replan(key: string): ServiceChange {
    const [namespace = "", name = ""] = key.split("/");
    const service = this.#services.lister.get(namespace, name);
    const slices = this.#slices.lister.byIndex(byService, key);
    const topology: Topology = { nodeName: this.#nodeName, zone: this.#zone };
    const old = this.#plans.get(key) ?? new Map<string, ServicePlan>();
    const now = new Map(planService(service, slices, topology).map((plan) => [plan.id, plan]));
    if (now.size > 0) this.#plans.set(key, now);
    else this.#plans.delete(key);
    const gone = [...old.keys()].filter((id) => !now.has(id)).map((id) => ({ id }));
    const changed = [...now.values()].filter((plan) => !deepEqual(old.get(plan.id), plan));
    const plans = [...gone, ...changed.map((plan) => ({ id: plan.id, plan }))];
    return { key, plans, health: healthOf(service, [...now.values()]) };
  }

  #touch(key: string): void {
    this.#dirty.add(key);
    this.#changed();
  }

  #nodeChanged(): void {
    const zone = this.#nodes.lister.get("", this.#nodeName)?.metadata.labels?.[zoneLabel] ?? "";
    if (zone !== this.#zone) for (const key of this.#plans.keys()) this.#dirty.add(key);
    this.#zone = zone;
    this.#changed();
  }
}

const keyOf = ({ metadata }: DeepReadonly<Service>): string => cacheKey(metadata.namespace, metadata.name ?? "");

function keysOf({ metadata }: DeepReadonly<EndpointSlice>): string[] {
  const { [serviceNameLabel]: service, [headlessLabel]: headless } = metadata.labels ?? {};
  return service && headless === undefined ? [cacheKey(metadata.namespace, service)] : [];
}

/** A Service that has a health-check port: a load balancer with externalTrafficPolicy Local. */
function healthOf(
  service: DeepReadonly<Service> | undefined,
  plans: readonly ServicePlan[],
): ServiceHealth | undefined {
  const { type, externalTrafficPolicy, healthCheckNodePort } = service?.spec ?? {};
  if (type !== "LoadBalancer" || externalTrafficPolicy !== "Local" || !healthCheckNodePort) return undefined;
  const ready = (plan: ServicePlan): Endpoint[] => plan.local.filter((endpoint) => endpoint.ready);
  const local = new Set(plans.flatMap((plan) => ready(plan).map((endpoint) => endpointText(endpoint))));
  const { namespace = "", name = "" } = service?.metadata ?? {};
  return { namespace, name, port: healthCheckNodePort, localEndpoints: local.size };
}
