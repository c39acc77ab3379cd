/** The Endpoints controller: the older form of EndpointSlices, one object per Service, cut at 1000 addresses. */
import {
  cloneJson,
  deepEqual,
  isAlreadyExists,
  isConflict,
  isNotFound,
  type DeepReadonly,
  type ObjectKey,
} from "@k8ts/api";
import { endpoints, pods, services, type Endpoints, type EndpointSubset, type Service } from "@k8ts/api/core/v1";
import type { Controller, ControllerContext, ReconcileResult } from "@k8ts/client";
import { errorText, isNamespaceTerminating } from "../errors.ts";
import { indexByLabels } from "../indexes.ts";
import { keyOf, keyText } from "../keys.ts";
import { perContext } from "../per-context.ts";
import { countAddresses, maxEndpointsCapacity, planSubsets, truncateSubsets } from "./endpoints-plan.ts";
import {
  changesEndpoints,
  indexServices,
  isHeadless,
  podsOf,
  selectorOf,
  servicesOf,
  type ReadService,
} from "./service-pods.ts";
import { TriggerTimes, triggerTimeAnnotation } from "./trigger-times.ts";

type ReadEndpoints = DeepReadonly<Endpoints>;

const headlessLabel = "service.kubernetes.io/headless";
const managedByLabel = "endpoints.kubernetes.io/managed-by";
const manager = "endpoint-controller";
const overCapacityAnnotation = "endpoints.kubernetes.io/over-capacity";
const leaderAnnotation = "control-plane.alpha.kubernetes.io/leader";

const stateOf = perContext(() => ({
  times: new TriggerTimes(),
  /** The resourceVersion that a write replaced ("": nothing), by key: while the cache shows it, it is behind. */
  replaced: new Map<string, string>(),
  waiting: new Set<string>(),
}));

/** Keeps the Endpoints of Services with a selector. */
export const endpointsController: Controller<Service> = {
  name: "endpoint-controller",
  for: services,
  watches: [{ resource: pods, filter: changesEndpoints, map: (pod, context) => servicesOf(context, pod) }],
  setup(context) {
    indexServices(context);
    indexByLabels(context.informers.of(pods));
    context.informers.of(endpoints).addHandler({
      // What an earlier run left behind for a Service that is gone by now.
      add: (object, isInInitialList) => {
        wakeWaiting(context, keyOf(object));
        const leader = object.metadata.annotations?.[leaderAnnotation] !== undefined;
        if (isInInitialList && !leader) context.enqueue(keyOf(object));
      },
      update: (object) => wakeWaiting(context, keyOf(object)),
      delete: (object) => {
        stateOf(context).replaced.delete(keyText(keyOf(object)));
        context.enqueue(keyOf(object));
      },
    });
  },
  reconcile,
};

function wakeWaiting(context: ControllerContext, key: ObjectKey): void {
  if (stateOf(context).waiting.delete(keyText(key))) context.enqueue(key);
}

async function reconcile(key: ObjectKey, context: ControllerContext): Promise<ReconcileResult | void> {
  const { times, replaced, waiting } = stateOf(context);
  const service = context.informers.of(services).lister.get(key.namespace, key.name);
  if (!service) {
    times.delete(key);
    replaced.delete(keyText(key));
    waiting.delete(keyText(key));
    return deleteEndpoints(context, key);
  }
  if (!selectorOf(service)) return;
  const selected = podsOf(service, context.informers.of(pods).lister);
  const time = times.next(service, selected);
  const subsets = planSubsets(service, selected);
  const current = context.informers.of(endpoints).lister.get(key.namespace, key.name);
  if (replaced.get(keyText(key)) === (current?.metadata.resourceVersion ?? "")) {
    waiting.add(keyText(key));
    return { requeueAfter: 1000 };
  }
  if (current && isUpToDate(current, service, subsets)) return;
  await write(context, service, current, endpointsFor(service, current, subsets, time));
}

async function deleteEndpoints(context: ControllerContext, key: ObjectKey): Promise<void> {
  if (!context.informers.of(endpoints).lister.get(key.namespace, key.name)) return;
  try {
    await context.client.delete(endpoints, key);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

function isUpToDate(current: ReadEndpoints, service: ReadService, subsets: EndpointSubset[]): boolean {
  const { [headlessLabel]: _headless, [managedByLabel]: managedBy, ...labels } = current.metadata.labels ?? {};
  const { [headlessLabel]: _own, ...wanted } = service.metadata.labels ?? {};
  const marked = current.metadata.annotations?.[overCapacityAnnotation] !== undefined;
  return (
    managedBy === manager &&
    deepEqual(labels, wanted) &&
    marked === countAddresses(subsets) > maxEndpointsCapacity &&
    deepEqual(current.subsets ?? [], truncateSubsets(subsets))
  );
}

function endpointsFor(
  service: ReadService,
  current: ReadEndpoints | undefined,
  subsets: EndpointSubset[],
  time: string | undefined,
): Endpoints {
  const { namespace, name } = service.metadata;
  const next: Endpoints = current
    ? cloneJson(current)
    : { apiVersion: "v1", kind: "Endpoints", metadata: { namespace, name } };
  const { [headlessLabel]: _headless, ...labels } = service.metadata.labels ?? {};
  next.metadata.labels = { ...labels, ...(isHeadless(service) && { [headlessLabel]: "" }), [managedByLabel]: manager };
  const {
    [triggerTimeAnnotation]: _time,
    [overCapacityAnnotation]: _over,
    ...others
  } = next.metadata.annotations ?? {};
  next.metadata.annotations = {
    ...others,
    ...(time !== undefined && { [triggerTimeAnnotation]: time }),
    ...(countAddresses(subsets) > maxEndpointsCapacity && { [overCapacityAnnotation]: "truncated" }),
  };
  next.subsets = truncateSubsets(subsets);
  return next;
}

async function write(
  context: ControllerContext,
  service: ReadService,
  current: ReadEndpoints | undefined,
  next: Endpoints,
): Promise<void> {
  const { namespace, name } = service.metadata;
  try {
    const written = await (current ? context.client.update(endpoints, next) : context.client.create(endpoints, next));
    const before = current?.metadata.resourceVersion ?? "";
    if (written.metadata.resourceVersion !== before) stateOf(context).replaced.set(keyText(keyOf(service)), before);
  } catch (error) {
    if (isNamespaceTerminating(error)) return;
    // Our cache is behind our own last write: the retry sees it, and nobody need hear of it.
    if (isAlreadyExists(error) || isConflict(error)) throw error;
    const [reason, what] = current
      ? ["FailedToUpdateEndpoint", `Failed to update endpoint ${namespace}/${name}`]
      : ["FailedToCreateEndpoint", `Failed to create endpoint for service ${namespace}/${name}`];
    context.recorder.event(next, "Warning", reason!, `${what}: ${errorText(error)}`);
    throw error;
  }
}
