/** From a pod and a container to the node they are on. */
import { badRequest, type DeepReadonly } from "@k8ts/api";
import type { Pod } from "@k8ts/api/core/v1";
import type { ResourceCall } from "../../resource-call.ts";

/** The pod that a call names. */
export async function podOf(call: ResourceCall): Promise<DeepReadonly<Pod>> {
  const entry = await call.store.get(call.context, call.namespace, call.name);
  return entry.object() as DeepReadonly<Pod>;
}

/** The container asked for, or the only one there is. Throws BadRequest in upstream's words. */
export function containerOf(pod: DeepReadonly<Pod>, asked: string | undefined): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? { containers: [] };
  const name = pod.metadata.name ?? "";
  const all = [...initContainers, ...containers, ...ephemeralContainers].map((container) => container.name);
  if (asked) {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
    return asked;
  }
  if (containers.length === 1) return containers[0]!.name;
  if (containers.length === 0) throw badRequest(`a container name must be specified for pod ${name}`);
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(" ")}]`);
}
