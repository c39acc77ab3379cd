/** Deleting what is in a namespace: pods first, then everything else that can be deleted and listed. */
import { isMethodNotSupported, isNotFound, parseTime, type DeepReadonly, type KubernetesObject } from "@k8ts/api";
import { pods, type Namespace } from "@k8ts/api/core/v1";
import type { ControllerContext } from "@k8ts/client";
import { isPodTerminal } from "../pods/pod-state.ts";
import { preferredResources, supports, type ResourceCatalog, type ServedResource } from "../resource-catalog.ts";
import type { DeletionProgress } from "./namespace-conditions.ts";

/** Seconds that objects with finalizers are given before the next look. */
const finalizerEstimate = 15;

/** What a pass over the content came to. */
export interface ContentDeletion {
  readonly progress: DeletionProgress;
  /** Seconds until the rest may be gone; 0: nothing is left. */
  readonly estimate: number;
  /** What went wrong, as one error; undefined where nothing did. */
  readonly errors: readonly unknown[];
}

interface Pass {
  discoveryError?: unknown;
  readonly errors: unknown[];
  readonly contentErrors: unknown[];
  readonly remaining: Map<string, number>;
  readonly finalizers: Map<string, number>;
  estimate: number;
}

/** Asks for the deletion of all content; objects that remain are counted, none is waited for. */
export async function deleteContent(
  context: ControllerContext,
  catalog: ResourceCatalog,
  namespace: DeepReadonly<Namespace>,
): Promise<ContentDeletion> {
  const pass: Pass = { errors: [], contentErrors: [], remaining: new Map(), finalizers: new Map(), estimate: 0 };
  let resources: readonly ServedResource[] = [];
  try {
    const all = preferredResources(await catalog());
    resources = all.filter((resource) => resource.namespaced && supports(resource, "delete"));
  } catch (error) {
    pass.discoveryError = error;
    pass.errors.push(error);
  }
  const isPods = ({ group, resource }: ServedResource): boolean => group === "" && resource === pods.resource;
  // Pods go first: what guards them (network policies, RBAC, secrets they mount) must not be gone while they run.
  for (const resource of resources.filter(isPods)) await deleteResource(context, resource, namespace, pass);
  if (pass.remaining.size === 0) {
    for (const resource of resources) if (!isPods(resource)) await deleteResource(context, resource, namespace, pass);
  }
  return { progress: pass, estimate: pass.estimate, errors: pass.errors };
}

async function deleteResource(
  context: ControllerContext,
  resource: ServedResource,
  namespace: DeepReadonly<Namespace>,
  pass: Pass,
): Promise<void> {
  const name = namespace.metadata.name ?? "";
  try {
    const estimate =
      resource.resource === pods.resource && resource.group === "" ? await podEstimate(context, namespace) : 0;
    await deleteObjects(context, resource, name);
    const left = supports(resource, "list") ? await listObjects(context, resource, name) : [];
    if (left.length > 0) note(resource, left, estimate, name, pass);
  } catch (error) {
    pass.errors.push(error);
    pass.contentErrors.push(error);
  }
}

/** Counts what is left; throws where nothing explains why it is. */
function note(
  resource: ServedResource,
  left: readonly DeepReadonly<KubernetesObject>[],
  estimate: number,
  namespace: string,
  pass: Pass,
): void {
  const waiting = left.flatMap(({ metadata }) => metadata.finalizers ?? []);
  for (const finalizer of waiting) pass.finalizers.set(finalizer, (pass.finalizers.get(finalizer) ?? 0) + 1);
  pass.remaining.set(`${resource.resource}.${resource.group}`, left.length);
  const seconds = estimate || (waiting.length > 0 ? finalizerEstimate : 0);
  pass.estimate = Math.max(pass.estimate, seconds);
  if (seconds > 0) return;
  const { group, version } = resource;
  const gvr = `${group}/${version}, Resource=${resource.resource}`;
  throw new Error(`unexpected items still remain in namespace: ${namespace} for gvr: ${gvr}`);
}

async function deleteObjects(context: ControllerContext, resource: ServedResource, namespace: string): Promise<void> {
  const propagationPolicy = "Background";
  if (supports(resource, "deletecollection")) {
    if (await allowed(context.client.deleteCollection(resource, { namespace, propagationPolicy }))) return;
  }
  if (!supports(resource, "list")) return;
  for (const { metadata } of await listObjects(context, resource, namespace)) {
    await allowed(context.client.delete(resource, { namespace, name: metadata.name ?? "" }, { propagationPolicy }));
  }
}

async function listObjects(
  context: ControllerContext,
  resource: ServedResource,
  namespace: string,
): Promise<readonly DeepReadonly<KubernetesObject>[]> {
  try {
    const list = await context.client.list(resource, { namespace });
    return list.items as readonly DeepReadonly<KubernetesObject>[];
  } catch (error) {
    if (isMethodNotSupported(error) || isNotFound(error)) return [];
    throw error;
  }
}

/** False where the server says that it knows no such object or verb. */
async function allowed(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isMethodNotSupported(error) || isNotFound(error)) return false;
    throw error;
  }
}

/** The longest grace period of the namespace's running pods, in seconds; 0 when it has passed since the deletion. */
async function podEstimate(context: ControllerContext, namespace: DeepReadonly<Namespace>): Promise<number> {
  const { items } = await context.client.list(pods, { namespace: namespace.metadata.name ?? "" });
  let longest = 0;
  for (const pod of items) {
    if (!isPodTerminal(pod)) longest = Math.max(longest, pod.spec?.terminationGracePeriodSeconds ?? 0);
  }
  const passed = context.clock.now() - parseTime(namespace.metadata.deletionTimestamp);
  return passed >= longest * 1000 ? 0 : longest;
}
