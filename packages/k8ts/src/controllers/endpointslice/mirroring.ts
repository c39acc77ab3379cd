/** Mirrors hand-made Endpoints of Services without selector to EndpointSlices, which is all that proxies read. */
import { isNotFound, type DeepReadonly, type ObjectKey } from "@k8ts/api";
import { endpoints, services, type Endpoints } from "@k8ts/api/core/v1";
import { endpointSlices } from "@k8ts/api/discovery/v1";
import type { Controller, ControllerContext, ReconcileResult } from "@k8ts/client";
import { isNamespaceTerminating } from "../errors.ts";
import { indexByLabels, objectsMatching } from "../indexes.ts";
import { keyOf, keyText } from "../keys.ts";
import { perContext } from "../per-context.ts";
import { managedByLabel, serviceNameLabel, type ReadSlice } from "./endpointslice-plan.ts";
import { maxMirroredAddresses, mirroringManager, planMirror, type MirrorPlan } from "./mirroring-plan.ts";
import { serviceOf, SliceTracker } from "./slice-tracker.ts";

type ReadEndpoints = DeepReadonly<Endpoints>;

const skipLabel = "endpointslice.kubernetes.io/skip-mirror";
const leaderAnnotation = "control-plane.alpha.kubernetes.io/leader";
const foreignChangeDelay = 1000;

const stateOf = perContext(() => ({ tracker: new SliceTracker(), waiting: new Set<string>() }));

/** Keys are Endpoints; a Service has the same. */
export const endpointSliceMirroringController: Controller<Endpoints> = {
  name: "endpointslicemirroring-controller",
  for: endpoints,
  watches: [{ resource: services, map: (service) => [keyOf(service)] }],
  setup(context) {
    const slices = context.informers.of(endpointSlices);
    indexByLabels(slices);
    slices.addHandler({
      add: (slice) => sliceChanged(context, slice),
      update: (slice) => sliceChanged(context, slice),
      delete: (slice) => sliceDeleted(context, slice),
    });
  },
  reconcile,
};

const isMirrored = (slice: ReadSlice): boolean => slice.metadata.labels?.[managedByLabel] === mirroringManager;

function sliceChanged(context: ControllerContext, slice: ReadSlice): void {
  if (!isMirrored(slice)) return;
  const { tracker, waiting } = stateOf(context);
  const key = serviceOf(slice);
  if (waiting.delete(keyText(key))) context.enqueue(key);
  else if (tracker.isNews(slice)) context.enqueue(key, foreignChangeDelay);
}

function sliceDeleted(context: ControllerContext, slice: ReadSlice): void {
  if (!isMirrored(slice)) return;
  const { tracker, waiting } = stateOf(context);
  const key = serviceOf(slice);
  const unexpected = tracker.deleted(slice);
  if (waiting.delete(keyText(key))) context.enqueue(key);
  else if (unexpected) context.enqueue(key, foreignChangeDelay);
}

/** True for Endpoints that people (or other controllers) keep for a Service without selector. */
function isToMirror(context: ControllerContext, object: ReadEndpoints): boolean {
  const { labels, annotations } = object.metadata;
  if (labels?.[skipLabel] === "true" || annotations?.[leaderAnnotation] !== undefined) return false;
  const { namespace, name } = keyOf(object);
  const service = context.informers.of(services).lister.get(namespace, name);
  return service !== undefined && Object.keys(service.spec?.selector ?? {}).length === 0;
}

async function reconcile(key: ObjectKey, context: ControllerContext): Promise<ReconcileResult | void> {
  const { tracker, waiting } = stateOf(context);
  const object = context.informers.of(endpoints).lister.get(key.namespace, key.name);
  const matchLabels = { [serviceNameLabel]: key.name, [managedByLabel]: mirroringManager };
  const slices = objectsMatching(context.informers.of(endpointSlices).lister, key.namespace, { matchLabels }).filter(
    (slice) => slice.metadata.deletionTimestamp === undefined,
  );
  if (!object || !isToMirror(context, object)) {
    tracker.forget(key);
    waiting.delete(keyText(key));
    for (const slice of slices) await remove(context, slice);
    return;
  }
  if (tracker.isStale(key, slices)) {
    waiting.add(keyText(key));
    return { requeueAfter: foreignChangeDelay };
  }
  const plan = planMirror(object, slices);
  tellSkipped(context, object, plan);
  await carryOut(context, object, plan);
}

function tellSkipped(context: ControllerContext, object: ReadEndpoints, { invalid, skipped }: MirrorPlan): void {
  const tell = (reason: string, message: string): void => context.recorder.event(object, "Warning", reason, message);
  if (invalid > 0) {
    tell("InvalidIPAddress", `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`);
  }
  if (skipped > invalid) {
    const what = `A max of ${maxMirroredAddresses} addresses can be mirrored to EndpointSlices per Endpoints subset`;
    tell("TooManyAddressesToMirror", `${what}. ${skipped} addresses were skipped`);
  }
}

async function carryOut(context: ControllerContext, object: ReadEndpoints, plan: MirrorPlan): Promise<void> {
  const { tracker } = stateOf(context);
  const creates = object.metadata.deletionTimestamp === undefined ? plan.create : [];
  for (const slice of creates) {
    try {
      tracker.wrote(await context.client.create(endpointSlices, slice));
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      throw error;
    }
  }
  for (const slice of plan.update) tracker.wrote(await context.client.update(endpointSlices, slice));
  for (const slice of plan.delete) {
    tracker.deleting(slice);
    try {
      await remove(context, slice);
    } catch (error) {
      tracker.wrote(slice);
      throw error;
    }
  }
}

async function remove(context: ControllerContext, slice: ReadSlice): Promise<void> {
  try {
    await context.client.delete(endpointSlices, keyOf(slice));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
