/** PUT of one object, or of a subresource that reads and writes the whole object. */
import { cloneJson, type KubernetesObject } from "@k8ts/api";
import { resourceAttributes } from "../../auth/index.ts";
import { requireAllowed } from "../authorize.ts";
import { writeOptions } from "../query.ts";
import type { ResourceCall, Verb } from "../resource-call.ts";
import { decodeObject, matchName, setDefaults } from "./decode-object.ts";

/** A PUT or apply that creates needs the right to create. */
export function requireCreate(call: ResourceCall): void | Promise<void> {
  const { resource, namespace, name, subresource, context, services } = call;
  const target = { ...resource, namespace, name, subresource };
  return requireAllowed(services.authorizer, resourceAttributes(context.user, "create", target));
}

/** Replaces the object. */
export const update: Verb = async (call) => {
  const options = writeOptions(call.query, "UpdateOptions");
  const object = decodeObject(call, options);
  matchName(call, object);
  setDefaults(call, object);
  // The store keeps what it gets, and asks again where somebody else wrote in between: keep a copy for that round.
  const spare = object.metadata.resourceVersion ? undefined : cloneJson<KubernetesObject>(object);
  let asked = false;
  const change = async (current: unknown): Promise<KubernetesObject> => {
    if (current === undefined) await requireCreate(call);
    if (asked && spare) return cloneJson<KubernetesObject>(spare);
    asked = true;
    return object;
  };
  const { entry, created } = await call.store.update(call.context, call.namespace, call.name, change, {
    dryRun: options.dryRun,
    subresource: call.subresource,
    options: options.object,
  });
  return { type: "entry", status: created ? 201 : 200, entry };
};
