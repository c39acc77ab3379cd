/** DELETE of one object, and of a collection. */
import { deleteOptionsOf, deleteRequest, type DeleteOptionsBody } from "../query.ts";
import type { DeleteRequest } from "../../registry/resource-store.ts";
import type { ResourceCall, Verb } from "../resource-call.ts";
import { optionsOfList } from "./list.ts";

/** DeleteOptions count from the body where there is one, else from the query. */
export function requestOf(call: ResourceCall): DeleteRequest {
  const options = call.body.empty
    ? deleteOptionsOf(call.query)
    : (call.body.decode({ apiVersion: "v1", kind: "DeleteOptions" }).object as DeleteOptionsBody);
  return deleteRequest(options);
}

/** Kinds whose last state is the answer to their deletion, for history's sake; all others answer with a Status. */
const answeringObjects: ReadonlySet<string> = new Set([
  "persistentvolumeclaims",
  "persistentvolumes",
  "pods",
  "podtemplates",
  "resourcequotas",
  "serviceaccounts",
  "services",
]);

function deletedStatus(call: ResourceCall, uid: string | undefined): object {
  const { group, resource } = call.resource;
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { name: call.name, ...(group !== "" && { group }), kind: resource, ...(uid && { uid }) },
  };
}

/** Deletes the object, or marks it as being deleted. */
export const deleteOne: Verb = async (call) => {
  const request = requestOf(call);
  const { entry, gone } = await call.store.delete(call.context, call.namespace, call.name, request);
  const status = !gone && request.orphanDependents === false ? 202 : 200;
  const withObject = !gone || (call.resource.group === "" && answeringObjects.has(call.resource.resource));
  if (withObject) return { type: "entry", status, entry };
  return { type: "object", status, object: deletedStatus(call, entry.object().metadata.uid) };
};

/** Deletes what matches. */
export const deleteCollection: Verb = async (call) => {
  const list = await call.store.deleteCollection(call.context, call.namespace, requestOf(call), optionsOfList(call));
  return { type: "list", list };
};
