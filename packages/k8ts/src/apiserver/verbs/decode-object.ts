/** What create, update and patch do to an object before the store gets it. */
import { applyDefaults, badRequest, strictDecodingError, type ExpectedKind, type KubernetesObject } from "@k8ts/api";
import type { WriteOptions } from "../query.ts";
import type { ResourceCall } from "../resource-call.ts";

/** The kind that a call's body holds: the resource's, or the subresource's. */
export function expectedKind(call: ResourceCall): ExpectedKind {
  const { resource } = call;
  const subresource = call.subresource && resource.subresources.find(({ name }) => name === call.subresource);
  if (!subresource) return { apiVersion: resource.groupVersion, kind: resource.kind };
  return { apiVersion: subresource.groupVersion ?? resource.groupVersion, kind: subresource.kind };
}

/** Decodes the call's body as its kind, with unknown fields judged; not yet defaulted. */
export function decodeObject(
  call: ResourceCall,
  options: WriteOptions,
  expected = expectedKind(call),
): KubernetesObject {
  const { fieldValidation } = options;
  const { object, problems } = call.body.decode(expected, fieldValidation);
  if (problems.length > 0 && fieldValidation === "Strict") throw strictDecodingError(object, problems);
  if (fieldValidation !== "Ignore") call.context.warnings.push(...problems);
  object.metadata ??= {};
  return object;
}

/** The table's defaults, then those that depend on other fields. */
export function setDefaults(call: ResourceCall, object: KubernetesObject): void {
  applyDefaults(call.services.scheme.struct(call.resource.type), object);
  call.store.strategy.default?.(object);
}

/** The object's name is the URL's. */
export function matchName(call: ResourceCall, object: KubernetesObject): void {
  const { name = "" } = object.metadata;
  if (name === "") {
    const detail = "name must be provided";
    throw badRequest(`the name of the object (${call.name} based on URL) was undeterminable: ${detail}`);
  }
  if (name !== call.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${call.name})`);
  }
}
