/**
 * Admission stands between a write and its storage: plugins complete the object (a pod's service account and priority,
 * default classes, finalizers), then, when it is final, refuse what the cluster's rules do not allow (quotas, limits, pod
 * security, what a node may do). The registry calls the chain around every create, update and delete, and the API server
 * around connects; both hand it the request, and each plugin sees what it asks for.
 *
 *     admit: plugins in order, may change the object ── strategy ── validate: plugins in order, may only refuse
 *
 * Plugins read other objects from the server's own caches, in memory; they never speak to a client or to storage. A
 * refusal is a StatusError in upstream's words. order.ts lists the plugins with the reason for each one's place.
 */
import type { Admission } from "./admission.ts";
import { createChain } from "./chain.ts";
import { order } from "./order.ts";
import type { AdmissionParts } from "./parts.ts";

export type { Admission, AdmissionPlugin, AdmissionRequest } from "./admission.ts";
export type { Lookup, LookupResource } from "./lookup.ts";
export type { AdmissionParts, ChangeStatus } from "./parts.ts";

/** What a chain is made of. */
export interface AdmissionOptions extends AdmissionParts {
  /** Plugins to add to those that are on, or to take away from them, by name; unknown names throw. */
  readonly enable?: readonly string[];
  readonly disable?: readonly string[];
}

/** The chain of a server. */
export function createAdmission(options: AdmissionOptions): Admission {
  const { enable = [], disable = [], ...parts } = options;
  const all = order.map(({ make, on }) => ({ plugin: make(parts), on }));
  const known = new Set(all.map(({ plugin }) => plugin.name));
  for (const name of [...enable, ...disable]) {
    if (!known.has(name)) throw new Error(`unknown admission plugin ${JSON.stringify(name)}`);
  }
  const chosen = all.filter(({ plugin, on }) => (on || enable.includes(plugin.name)) && !disable.includes(plugin.name));
  return createChain(chosen.map(({ plugin }) => plugin));
}
