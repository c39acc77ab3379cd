/** The verbs of every resource, by the names that RequestInfo gives them. Watch is apart: its answer goes on. */
import type { Verb } from "../resource-call.ts";
import { create } from "./create.ts";
import { deleteCollection, deleteOne } from "./delete.ts";
import { get } from "./get.ts";
import { list } from "./list.ts";
import { patch } from "./patch.ts";
import { update } from "./update.ts";

/** Verbs with one answer. */
export const verbs: Readonly<Record<string, Verb>> = {
  get,
  list,
  create,
  update,
  patch,
  delete: deleteOne,
  deletecollection: deleteCollection,
};

export { watch } from "./watch.ts";
