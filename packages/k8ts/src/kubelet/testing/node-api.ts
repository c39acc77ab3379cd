/**
 * The API server as a kubelet's tests see it: MemoryApi, with what a kubelet needs beyond it: field selectors, conditions
 * merged by type in status patches, graceful deletion of pods, tokens.
 */
import { formatTime, type Clock, type DeepReadonly, type KubernetesObject } from "@k8ts/api";
import { pods, type Pod } from "@k8ts/api/core/v1";
import { createClient, type Client, type ResourceRequest, type WatchRequest, type WatchSink } from "@k8ts/client";
import { MemoryApi } from "../../../../client/src/testing/memory-api.ts";

type AnyObject = DeepReadonly<KubernetesObject> & { readonly spec?: { readonly nodeName?: string } };

function selects(selector: unknown, object: AnyObject): boolean {
  if (typeof selector !== "string" || selector === "") return true;
  const [field, value] = selector.split("=") as [string, string];
  return field === "metadata.name" ? object.metadata.name === value : object.spec?.nodeName === value;
}

interface Condition {
  readonly type: string;
}

/** Conditions merged by type, or deleted where a directive says so; other list directives taken out. */
function mergedStatus(old: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  const status: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(patch)) {
    status[field] = Array.isArray(value) ? value.filter((one) => !(one as { $patch?: unknown })?.$patch) : value;
  }
  const changed = patch["conditions"] as (Condition & Record<string, unknown>)[] | undefined;
  if (changed === undefined) return status;
  const conditions = new Map(((old["conditions"] as Condition[] | undefined) ?? []).map((one) => [one.type, one]));
  for (const condition of changed) {
    if (condition["$patch"] === "delete") {
      conditions.delete(condition.type);
      continue;
    }
    const merged = Object.entries({ ...conditions.get(condition.type), ...condition });
    conditions.set(
      condition.type,
      Object.fromEntries(merged.filter(([, value]) => value !== null)) as unknown as Condition,
    );
  }
  return { ...status, conditions: [...conditions.values()] };
}

/** An API server in memory. */
export class NodeApi extends MemoryApi {
  readonly #clock: Clock;
  readonly client: Client = createClient(this);

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  override async request(request: ResourceRequest): Promise<any> {
    if (request.subresource === "token") return this.#token();
    if (request.verb === "list") {
      const list = await super.request(request);
      return { ...list, items: list.items.filter((one: AnyObject) => selects(request.query?.["fieldSelector"], one)) };
    }
    if (request.verb === "patch" && request.subresource === "status") {
      const old = await super.request({ ...request, verb: "get", subresource: undefined });
      const body = request.body as { status: Record<string, unknown> };
      return await super.request({
        ...request,
        body: { ...body, status: mergedStatus(old.status ?? {}, body.status) },
      });
    }
    if (request.verb === "delete" && request.resource.resource === "pods") return await this.#deletePod(request);
    return await super.request(request);
  }

  override async watch<T>(request: WatchRequest, sink: WatchSink<T>): Promise<void> {
    const selector = request.query?.["fieldSelector"];
    await super.watch<T>(request, {
      event: (event) => {
        if (event.type === "BOOKMARK" || selects(selector, event.object as AnyObject)) sink.event(event);
      },
      closed: (error) => sink.closed(error),
    });
  }

  async #deletePod(request: ResourceRequest): Promise<unknown> {
    const pod = (await super.request({ ...request, verb: "get" })) as DeepReadonly<Pod>;
    const asked = (request.body as { gracePeriodSeconds?: number } | undefined)?.gracePeriodSeconds;
    const grace = asked ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
    if (grace === 0 || !pod.spec?.nodeName) return await super.request(request);
    const deletionTimestamp = formatTime(this.#clock.now() + grace * 1000);
    const metadata = { deletionTimestamp, deletionGracePeriodSeconds: grace };
    return await super.request({ ...request, verb: "patch", body: { metadata } });
  }

  #token(): unknown {
    const expirationTimestamp = formatTime(this.#clock.now() + 3_607_000);
    return {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      metadata: {},
      spec: {},
      status: { token: `token-${this.#clock.now()}`, expirationTimestamp },
    };
  }

  /** The pod as it is stored. */
  pod(name: string): DeepReadonly<Pod> | undefined {
    return this.objects(pods).find((pod) => pod.metadata.name === name);
  }
}
