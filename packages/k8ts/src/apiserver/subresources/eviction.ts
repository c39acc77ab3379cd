/** pods/eviction: deleting a pod where its PodDisruptionBudget allows it. */
import {
  badRequest,
  cloneJson,
  findCondition,
  forbidden,
  isConflict,
  labelSelectorMatcher,
  setCondition,
  StatusError,
  timeout,
  tooManyRequests,
  type DeepReadonly,
  type KubernetesObject,
} from "@k8ts/api";
import type { Pod } from "@k8ts/api/core/v1";
import type { Eviction, PodDisruptionBudget } from "@k8ts/api/policy/v1";
import type { DeleteRequest, ResourceStore } from "../../registry/resource-store.ts";
import { deleteRequest, writeOptions } from "../query.ts";
import type { ResourceCall, Verb } from "../resource-call.ts";
import { decodeObject } from "../verbs/decode-object.ts";
import { admit } from "./admit.ts";
import { success, type Subresource } from "./subresource.ts";

type Budget = DeepReadonly<PodDisruptionBudget>;
type SharedPod = DeepReadonly<Pod>;

/** More pods under eviction than this are not noted in one budget; upstream's MaxDisruptedPodSize. */
const maxDisruptedPods = 2000;
/** Conflicts on the budget are retried this often. */
const maxRetries = 20;
const refusal = "Cannot evict pod as it would violate the pod's disruption budget.";

function refuse(message: string, retryAfterSeconds: number): StatusError {
  return tooManyRequests(refusal, retryAfterSeconds, [{ reason: "DisruptionBudget", message }]);
}

const stillProcessed = (budget: string): StatusError =>
  refuse(`The disruption budget ${budget} is still being processed by the server.`, 10);

/** Pods that are over, going, or not yet running disrupt nobody. */
function ignoresBudget(pod: SharedPod): boolean {
  return isOver(pod) || pod.status?.phase === "Pending";
}

function isOver(pod: SharedPod): boolean {
  const phase = pod.status?.phase;
  return phase === "Succeeded" || phase === "Failed" || pod.metadata.deletionTimestamp !== undefined;
}

const isReady = (pod: SharedPod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;

/** The budget after one more disruption; throws where it allows none. */
function spend(budget: Budget, podName: string, now: string): PodDisruptionBudget {
  const name = budget.metadata.name ?? "";
  const status = budget.status;
  if ((status?.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) throw stillProcessed(name);
  const allowed = status?.disruptionsAllowed ?? 0;
  const resource = { group: "policy", resource: "poddisruptionbudget" };
  if (allowed < 0) throw forbidden(resource, name, "pdb disruptions allowed is negative");
  if (Object.keys(status?.disruptedPods ?? {}).length > maxDisruptedPods) {
    const detail = "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
    throw forbidden(resource, name, detail);
  }
  if (allowed === 0) throw refuse(whyNone(budget), 0);
  const next = cloneJson<PodDisruptionBudget>(budget);
  next.status!.disruptionsAllowed = allowed - 1;
  next.status!.disruptedPods = { ...next.status!.disruptedPods, [podName]: now };
  return next;
}

function whyNone(budget: Budget): string {
  const name = budget.metadata.name ?? "";
  const { currentHealthy = 0, desiredHealthy = 0, conditions } = budget.status ?? {};
  const condition = conditions && findCondition(conditions, "DisruptionAllowed");
  const refusing = condition?.status === "False" && condition.message ? condition : undefined;
  if (refusing?.reason === "SyncFailed") {
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${refusing.message}`;
  }
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  }
  const head = `The disruption budget ${name} does not allow evicting pods currently`;
  return refusing ? `${head} (${refusing.reason}): ${refusing.message}` : head;
}

async function budgetsOf(call: ResourceCall, pod: SharedPod): Promise<Budget[]> {
  if (Object.keys(pod.metadata.labels ?? {}).length === 0) return [];
  const store = call.services.registry.store("policy", "v1", "poddisruptionbudgets");
  if (!store) return [];
  const list = await store.list(call.context, call.namespace, {});
  const matching: Budget[] = [];
  for (const entry of list.entries()) {
    const budget = entry.object() as Budget;
    // policy/v1: a missing selector selects nothing, an empty one everything.
    if (budget.spec?.selector && labelSelectorMatcher(budget.spec.selector as never).matches(pod.metadata.labels)) {
      matching.push(budget);
    }
  }
  return matching;
}

/** True: evict, but only while the pod stays as it is (unready), because the budget was not spent. */
async function spendBudget(call: ResourceCall, pod: SharedPod, budget: Budget, dryRun: boolean): Promise<boolean> {
  if (!isReady(pod)) {
    const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
    if (budget.spec?.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
    if (currentHealthy >= desiredHealthy && desiredHealthy > 0) return true;
  }
  const store = call.services.registry.store("policy", "v1", "poddisruptionbudgets")!;
  const name = budget.metadata.name ?? "";
  const now = new Date(call.context.clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
  const change = (current: DeepReadonly<KubernetesObject> | undefined): KubernetesObject => {
    return spend((current ?? budget) as Budget, call.name, now);
  };
  try {
    await store.update(call.context, call.namespace, name, change, { dryRun, subresource: "status" });
  } catch (error) {
    if (!isConflict(error)) throw error;
    throw timeout(`couldn't update PodDisruptionBudget ${JSON.stringify(name)} due to conflicts`, 10);
  }
  return false;
}

/** Marks the pod as a target of disruption, then deletes it. */
async function markAndDelete(
  call: ResourceCall,
  pods: ResourceStore,
  request: DeleteRequest,
  version: string | undefined,
): Promise<void> {
  let preconditions = version ? { ...request.preconditions, resourceVersion: version } : request.preconditions;
  if (!request.dryRun) {
    const change = (current: DeepReadonly<KubernetesObject> | undefined): KubernetesObject => {
      const next = cloneJson<Pod>(current as SharedPod);
      next.status ??= {};
      next.status.conditions ??= [];
      const condition = {
        type: "DisruptionTarget",
        status: "True",
        reason: "EvictionByEvictionAPI",
        message: "Eviction API: evicting",
      };
      setCondition(next.status.conditions, condition as never, call.context.clock.now());
      if (preconditions?.resourceVersion) next.metadata.resourceVersion = preconditions.resourceVersion;
      return next;
    };
    const mutation = { dryRun: false, subresource: "status" };
    const { entry } = await pods.update(call.context, call.namespace, call.name, change, mutation);
    if (preconditions?.resourceVersion) preconditions = { ...preconditions, resourceVersion: String(entry.revision) };
  }
  await pods.delete(call.context, call.namespace, call.name, { ...request, preconditions });
}

async function evictFreely(call: ResourceCall, request: DeleteRequest): Promise<SharedPod | undefined> {
  const given = request.preconditions?.resourceVersion;
  for (let attempt = 1; ; attempt++) {
    const pod = (await call.store.get(call.context, call.namespace, call.name)).object() as SharedPod;
    if (!ignoresBudget(pod)) return pod;
    try {
      await markAndDelete(call, call.store, request, given ?? (isOver(pod) ? undefined : pod.metadata.resourceVersion));
      return undefined;
    } catch (error) {
      if (given || !isConflict(error) || attempt >= maxRetries) throw error;
    }
  }
}

function requestOf(eviction: Eviction, dryRun: boolean): DeleteRequest {
  const request = deleteRequest((eviction.deleteOptions ?? {}) as never);
  return dryRun ? { ...request, dryRun: true } : request;
}

async function evict(call: ResourceCall, request: DeleteRequest): Promise<void> {
  const pod = await evictFreely(call, request);
  if (!pod) return;
  const budgets = await budgetsOf(call, pod);
  if (budgets.length > 1) {
    const message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
    throw new StatusError({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, code: 500 });
  }
  const [budget] = budgets;
  const asItIs = budget !== undefined && (await spendBudget(call, pod, budget, request.dryRun));
  const given = request.preconditions?.resourceVersion;
  const version = asItIs ? pod.metadata.resourceVersion : given;
  try {
    await markAndDelete(call, call.store, request, version);
  } catch (error) {
    if (asItIs && !given && isConflict(error)) throw stillProcessed(budget.metadata.name ?? "");
    throw error;
  }
}

const create: Verb = async (call) => {
  const options = writeOptions(call.query, "CreateOptions");
  const decoded = decodeObject(call, options);
  const eviction = decoded as unknown as Eviction;
  if (eviction.metadata.name !== call.name) throw badRequest("name in URL does not match name in Eviction object");
  await admit(call, { operation: "CREATE", object: eviction, options: options.object, dryRun: options.dryRun });
  await evict(call, requestOf(eviction, options.dryRun));
  return success(201);
};

/** POST pods/NAME/eviction. */
export const eviction: Subresource = { verbs: { create } };
