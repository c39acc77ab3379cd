/** PATCH of one object, or of a subresource that reads and writes the whole object. */
import { notFound, patchMediaType, patchObject, type DeepReadonly, type KubernetesObject } from "@k8ts/api";
import { writeOptions } from "../query.ts";
import type { Verb } from "../resource-call.ts";
import { matchName, setDefaults } from "./decode-object.ts";

/**
 * Patches the object as it stands, again and again while others write in between. Only a patch that itself names another
 * resourceVersion than the current one is a conflict.
 */
export const patch: Verb = async (call) => {
  const options = writeOptions(call.query, "PatchOptions", patchMediaType(call.body.contentType));
  const { fieldValidation } = options;
  const document = call.body.patch(fieldValidation);
  const { scheme } = call.services;
  const struct = scheme.struct(call.resource.type);
  const warned = call.context.warnings.length;
  const change = (current: DeepReadonly<KubernetesObject> | undefined): KubernetesObject => {
    if (current === undefined) throw notFound(call.resource, call.name);
    call.context.warnings.length = warned;
    const { object, warnings } = patchObject(scheme, struct, current, document, fieldValidation);
    call.context.warnings.push(...warnings);
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
