/** The EndpointSlice controller: a Service's selector and its pods, as slices of up to 100 endpoints. */
import { isNotFound, type DeepReadonly, type ObjectKey } from "@k8ts/api";
import { nodes, pods, services, type Node, type Service } from "@k8ts/api/core/v1";
import { endpointSlices, type EndpointSlice } from "@k8ts/api/discovery/v1";
import type { Controller, ControllerContext, ReconcileResult } from "@k8ts/client";
import { errorText, isNamespaceTerminating, throwAll } from "../errors.ts";
import { indexByLabels, indexByNode, objectsMatching, podsOnNode } from "../indexes.ts";
import { keyOf, keyText } from "../keys.ts";
import { perContext } from "../per-context.ts";
import {
  managedByLabel,
  maxEndpointsPerSlice,
  planEndpointSlices,
  serviceNameLabel,
  sliceManager,
  type ReadSlice,
  type SlicePlan,
} from "./endpointslice-plan.ts";
import { changesEndpoints, indexServices, podsOf, selectorOf, servicesOf, type ReadService } from "./service-pods.ts";
import { serviceOf, SliceTracker } from "./slice-tracker.ts";
import { TriggerTimes, triggerTimeAnnotation } from "./trigger-times.ts";

const zoneLabel = "topology.kubernetes.io/zone";

/** Somebody else changed a slice: reconciled after this long, in case more changes follow. */
const foreignChangeDelay = 1000;

const stateOf = perContext(() => ({
  tracker: new SliceTracker(),
  times: new TriggerTimes(),
  /** Services whose reconcile found the cache behind, by key. */
  waiting: new Set<string>(),
}));

/** Keeps the EndpointSlices of Services with a selector. */
export const endpointSliceController: Controller<Service> = {
  name: "endpointslice-controller",
  for: services,
  watches: [
    { resource: pods, filter: changesEndpoints, map: (pod, context) => servicesOf(context, pod) },
    { resource: nodes, filter: changesZone, map: servicesOnNode },
  ],
  setup(context) {
    indexServices(context);
    indexByLabels(context.informers.of(pods));
    indexByNode(context.informers.of(pods));
    const slices = context.informers.of(endpointSlices);
    indexByLabels(slices);
    slices.addHandler({
      add: (slice) => sliceChanged(context, slice, undefined),
      update: (slice, old) => sliceChanged(context, slice, old),
      delete: (slice) => sliceDeleted(context, slice),
    });
  },
  reconcile,
};

const isManaged = (slice: ReadSlice): boolean => slice.metadata.labels?.[managedByLabel] === sliceManager;

function sliceChanged(context: ControllerContext, slice: ReadSlice, old: ReadSlice | undefined): void {
  const service = serviceOf(slice);
  wakeWaiting(context, service);
  const before = old && serviceOf(old);
  const moved = before !== undefined && before.name !== service.name;
  const handedOver = old !== undefined && isManaged(old) !== isManaged(slice);
  const foreign = isManaged(slice) && stateOf(context).tracker.isNews(slice);
  if (!moved && !handedOver && !foreign) return;
  for (const key of moved ? [before, service] : [service])
    if (key.name !== "") context.enqueue(key, foreignChangeDelay);
}

function sliceDeleted(context: ControllerContext, slice: ReadSlice): void {
  const service = serviceOf(slice);
  const unexpected = isManaged(slice) && stateOf(context).tracker.deleted(slice);
  wakeWaiting(context, service);
  if (unexpected) context.enqueue(service, foreignChangeDelay);
}

function wakeWaiting(context: ControllerContext, service: ObjectKey): void {
  if (stateOf(context).waiting.delete(keyText(service))) context.enqueue(service);
}

/** A node that came, went or moved to another zone changes the endpoints on it. */
function changesZone(node: DeepReadonly<Node>, old: DeepReadonly<Node> | undefined): boolean {
  return !old || old.metadata.labels?.[zoneLabel] !== node.metadata.labels?.[zoneLabel];
}

function servicesOnNode(node: DeepReadonly<Node>, context: ControllerContext): readonly ObjectKey[] {
  const keys = new Map<string, ObjectKey>();
  for (const pod of podsOnNode(context.informers.of(pods).lister, node.metadata.name ?? "")) {
    for (const key of servicesOf(context, pod)) keys.set(keyText(key), key);
  }
  return [...keys.values()];
}

async function reconcile(key: ObjectKey, context: ControllerContext): Promise<ReconcileResult | void> {
  const { tracker, times, waiting } = stateOf(context);
  const service = context.informers.of(services).lister.get(key.namespace, key.name);
  if (!service) {
    tracker.forget(key);
    times.delete(key);
    waiting.delete(keyText(key));
    return;
  }
  if (!selectorOf(service)) return;
  const slices = slicesOf(context, service);
  if (tracker.isStale(key, slices)) {
    waiting.add(keyText(key));
    return { requeueAfter: foreignChangeDelay };
  }
  const selected = podsOf(service, context.informers.of(pods).lister);
  const time = times.next(service, selected);
  const plan = planEndpointSlices({
    service,
    pods: selected,
    slices,
    zoneOf: (node) => zoneOf(context, node),
    maxEndpoints: maxEndpointsPerSlice,
  });
  try {
    await carryOut(context, service, plan, time);
    throwAll(plan.problems.map((problem) => new Error(problem)));
  } catch (error) {
    const message = `Error updating Endpoint Slices for Service ${key.namespace}/${key.name}: ${errorText(error)}`;
    context.recorder.event(service, "Warning", "FailedToUpdateEndpointSlices", message);
    throw error;
  }
}

function slicesOf(context: ControllerContext, service: ReadService): ReadSlice[] {
  const { namespace = "", name = "" } = service.metadata;
  const matchLabels = { [serviceNameLabel]: name, [managedByLabel]: sliceManager };
  return objectsMatching(context.informers.of(endpointSlices).lister, namespace, { matchLabels }).filter(
    (slice) => slice.metadata.deletionTimestamp === undefined,
  );
}

/** "" for a node without a zone, undefined for an unknown node. */
function zoneOf(context: ControllerContext, name: string): string | undefined {
  const node = context.informers.of(nodes).lister.get("", name);
  return node && (node.metadata.labels?.[zoneLabel] ?? "");
}

async function carryOut(
  context: ControllerContext,
  service: ReadService,
  plan: SlicePlan,
  time: string | undefined,
): Promise<void> {
  const { client } = context;
  const { tracker } = stateOf(context);
  // A Service that is being deleted takes its slices along; new ones would only get in the garbage collector's way.
  const creates = service.metadata.deletionTimestamp === undefined ? plan.create : [];
  for (const slice of creates) {
    try {
      tracker.wrote(await client.create(endpointSlices, stamped(slice, time)));
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      throw failed("create EndpointSlice", service, error);
    }
  }
  for (const slice of plan.update) {
    try {
      tracker.wrote(await client.update(endpointSlices, stamped(slice, time)));
    } catch (error) {
      throw failed(`update ${slice.metadata.name} EndpointSlice`, service, error);
    }
  }
  for (const slice of plan.delete) {
    tracker.deleting(slice);
    try {
      await client.delete(endpointSlices, keyOf(slice));
    } catch (error) {
      tracker.wrote(slice);
      if (!isNotFound(error)) throw failed(`delete ${slice.metadata.name} EndpointSlice`, service, error);
    }
  }
}

function stamped(slice: EndpointSlice, time: string | undefined): EndpointSlice {
  const { [triggerTimeAnnotation]: _old, ...others } = slice.metadata.annotations ?? {};
  const annotations = { ...others, ...(time !== undefined && { [triggerTimeAnnotation]: time }) };
  const { annotations: _before, ...metadata } = slice.metadata;
  return { ...slice, metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) } };
}

function failed(what: string, service: ReadService, error: unknown): Error {
  const { namespace, name } = service.metadata;
  return new Error(`failed to ${what} for Service ${namespace}/${name}: ${errorText(error)}`, { cause: error });
}
