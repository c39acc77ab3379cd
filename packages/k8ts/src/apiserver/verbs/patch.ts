/** PATCH of one object, or of a subresource that reads and writes the whole object. */
import { notFound, type DeepReadonly, type KubernetesObject } from "@k8ts/api";
import { writeOptions } from "../query.ts";
import type { Verb } from "../resource-call.ts";
import { applyPatch } from "./apply-patch.ts";
import { matchName, setDefaults } from "./decode-object.ts";

/**
 * Patches the object as it stands, again and again while others write in between. Only a patch that itself names another
 * resourceVersion than the current one is a conflict.
 */
export const patch: Verb = async (call) => {
  const body = call.body.patch();
  const options = writeOptions(call.query, "PatchOptions", body.type);
  const struct = call.services.scheme.struct(call.resource.type);
  const warned = call.context.warnings.length;
  const change = (current: DeepReadonly<KubernetesObject> | undefined): KubernetesObject => {
    if (current === undefined) throw notFound(call.resource, call.name);
    call.context.warnings.length = warned;
    const object = applyPatch(call, struct, current, body, options.fieldValidation);
    object.apiVersion = current.apiVersion;
    object.kind = current.kind;
    object.metadata ??= {};
    matchName(call, object);
    setDefaults(call, object);
    return object;
  };
  const { entry, created } = await call.store.update(call.context, call.namespace, call.name, change, {
    dryRun: options.dryRun,
    subresource: call.subresource,
    options: { ...options.object, kind: "UpdateOptions" },
  });
  return { type: "entry", status: created ? 201 : 200, entry };
};
