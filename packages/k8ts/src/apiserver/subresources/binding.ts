/** pods/binding, and bindings in a namespace: how a scheduler gives a pod its node. */
import {
  badRequest,
  cloneJson,
  conflict,
  fieldNotSupported,
  fieldRequired,
  invalid,
  notFound,
  setCondition,
  type DeepReadonly,
  type FieldError,
  type KubernetesObject,
} from "@k8ts/api";
import type { Binding, Pod } from "@k8ts/api/core/v1";
import { writeOptions } from "../query.ts";
import type { Verb } from "../resource-call.ts";
import { decodeObject } from "../verbs/decode-object.ts";
import { admit } from "./admit.ts";
import { success, type Subresource } from "./subresource.ts";

const bindingResource = { group: "", resource: "pods/binding" };

function checkBinding(binding: Binding): void {
  const faults: FieldError[] = [];
  const { kind, name } = binding.target;
  if (kind && kind !== "Node") faults.push(fieldNotSupported("target.kind", kind, ["Node", "<empty>"]));
  if (!name) faults.push(fieldRequired("target.name"));
  if (faults.length > 0) throw invalid({ group: "", kind: "Binding" }, binding.metadata.name ?? "", faults);
}

/** The pod as bound; refuses in upstream's words a pod that is bound, gated or going. */
function bound(pod: DeepReadonly<Pod>, binding: Binding, now: number): Pod {
  const { name = "" } = pod.metadata;
  const refuse = (detail: string): Error => conflict(bindingResource, name, detail);
  const { uid, resourceVersion } = binding.metadata;
  if (uid && uid !== pod.metadata.uid) {
    throw refuse(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`);
  }
  if (resourceVersion && resourceVersion !== pod.metadata.resourceVersion) {
    throw refuse(
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${pod.metadata.resourceVersion}`,
    );
  }
  if (pod.metadata.deletionTimestamp) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec?.nodeName) throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if (pod.spec?.schedulingGates?.length) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  const next = cloneJson<Pod>(pod);
  next.spec!.nodeName = binding.target.name;
  next.metadata.annotations = { ...next.metadata.annotations, ...binding.metadata.annotations };
  next.metadata.labels = { ...next.metadata.labels, ...binding.metadata.labels };
  next.status ??= {};
  next.status.nominatedNodeName = undefined;
  next.status.conditions ??= [];
  setCondition(next.status.conditions, { type: "PodScheduled", status: "True" }, now);
  return next;
}

const create: Verb = async (call) => {
  const options = writeOptions(call.query, "CreateOptions");
  const decoded = decodeObject(call, options, { apiVersion: "v1", kind: "Binding" });
  const binding = decoded as unknown as Binding;
  const name = call.name || (binding.metadata.name ?? "");
  if (name !== binding.metadata.name) throw badRequest("name in URL does not match name in Binding object");
  const pods = call.services.registry.store("", "v1", "pods")!;
  const target = { ...call, store: pods, resource: pods.resource, name, subresource: "binding" };
  checkBinding(binding);
  await admit(target, { operation: "CREATE", object: binding, options: options.object, dryRun: options.dryRun });
  const now = call.context.clock.now();
  const change = (current: DeepReadonly<KubernetesObject> | undefined): KubernetesObject => {
    if (!current) throw notFound(pods.resource, name);
    return bound(current as DeepReadonly<Pod>, binding, now);
  };
  const mutation = { dryRun: options.dryRun, subresource: "binding", options: options.object };
  await pods.update(call.context, call.namespace, name, change, mutation);
  return success(201);
};

/** POST pods/NAME/binding. */
export const binding: Subresource = { verbs: { create } };
