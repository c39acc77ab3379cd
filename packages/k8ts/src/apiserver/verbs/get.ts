/** GET of one object. */
import { badRequest } from "@k8ts/api";
import type { Verb } from "../resource-call.ts";

/** Reads the object, from the cache where resourceVersion allows. */
export const get: Verb = async (call) => {
  if (call.query.boolean("export") === true) {
    throw badRequest("the export parameter, deprecated since v1.14, is no longer supported");
  }
  const resourceVersion = call.query.first("resourceVersion");
  const entry = await call.store.get(call.context, call.namespace, call.name, resourceVersion);
  return { type: "entry", status: 200, entry };
};
