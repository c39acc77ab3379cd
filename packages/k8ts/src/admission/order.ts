/**
 * The plugins in the order in which they are asked, with the reason for each one's place. The order is upstream's: it is
 * part of what users see, because the first to refuse is the one whose words they read.
 */
import type { AdmissionPlugin } from "./admission.ts";
import type { AdmissionParts } from "./parts.ts";
import { defaultTolerationSeconds } from "./plugins/default-toleration-seconds.ts";
import { namespaceLifecycle } from "./plugins/namespace-lifecycle.ts";
import { priority } from "./plugins/priority.ts";
import { serviceAccount } from "./plugins/service-account.ts";
import { taintNodesByCondition } from "./plugins/taint-nodes-by-condition.ts";

/** One place in the order. */
export interface OrderedPlugin {
  readonly make: (parts: AdmissionParts) => AdmissionPlugin;
  /** False: only where it is asked for by name. */
  readonly on: boolean;
  readonly why: string;
}

const on = (make: OrderedPlugin["make"], why: string): OrderedPlugin => ({ make, on: true, why });

/** All plugins. */
export const order: readonly OrderedPlugin[] = [
  on(namespaceLifecycle, "first: nothing else matters where the namespace does not take the object"),
  on(serviceAccount, "adds volumes and mounts, which later plugins must see"),
  on(taintNodesByCondition, "nodes only; meets no other plugin"),
  on(priority, "before plugins that treat pods by their priority"),
  on(defaultTolerationSeconds, "adds only what nobody before has set"),
];
