/** GET of a collection. */
import { badRequest, parseFieldSelector } from "@k8ts/api";
import type { WatchOptions } from "../../registry/resource-store.ts";
import { listOptions } from "../query.ts";
import type { ResourceCall, Verb } from "../resource-call.ts";

/** A list or watch of one name selects that name; another name in the selector contradicts the URL. */
export function selectName(name: string, options: WatchOptions): WatchOptions {
  if (name === "") return options;
  if (!options.fieldSelector) return { ...options, fieldSelector: `metadata.name=${name}` };
  const { requirements } = parseFieldSelector(options.fieldSelector);
  const exact = requirements.find(({ field, operator }) => field === "metadata.name" && operator === "=");
  if (exact?.value !== name) throw badRequest("fieldSelector metadata.name doesn't match requested name");
  return options;
}

/** The options of a list call. */
export const optionsOfList = (call: ResourceCall): WatchOptions => selectName(call.name, listOptions(call.query));

/** Reads a page of the collection. */
export const list: Verb = async (call) => ({
  type: "list",
  list: await call.store.list(call.context, call.namespace, optionsOfList(call)),
});
