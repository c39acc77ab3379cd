/** Subresources that read and write the whole object (status, resize, ephemeralcontainers, approval, finalize). */
import { verbs } from "../verbs/index.ts";
import type { Subresource } from "./subresource.ts";

/** The store and the strategy know which part a subresource may change. */
export function wholeObject(served: readonly string[]): Subresource {
  const chosen = ["get", "update", "patch"].filter((verb) => served.includes(verb));
  return { verbs: Object.fromEntries(chosen.map((verb) => [verb, verbs[verb]!])) };
}
