/** POST to a collection. */
import { writeOptions } from "../query.ts";
import type { Verb } from "../resource-call.ts";
import { decodeObject, setDefaults } from "./decode-object.ts";

/** Creates the object. */
export const create: Verb = async (call) => {
  const options = writeOptions(call.query, "CreateOptions");
  const object = decodeObject(call, options);
  setDefaults(call, object);
  const { dryRun } = options;
  const entry = await call.store.create(call.context, call.namespace, object, {
    dryRun,
    subresource: call.subresource,
    options: options.object,
  });
  return { type: "entry", status: 201, entry };
};
