/** The plugins of the default scheduler, in the order they run. */
import type { SchedulerPlugin } from "./framework.ts";
import { balancedAllocation } from "./plugins/balanced-allocation.ts";
import { imageLocality } from "./plugins/image-locality.ts";
import { nodeAffinity } from "./plugins/node-affinity.ts";
import { nodeName } from "./plugins/node-name.ts";
import { nodePorts } from "./plugins/node-ports.ts";
import { nodeResourcesFit } from "./plugins/node-resources-fit.ts";
import { nodeUnschedulable } from "./plugins/node-unschedulable.ts";
import { schedulingGates } from "./plugins/scheduling-gates.ts";
import { taintToleration } from "./plugins/taint-toleration.ts";

/** A scheduler that pods choose by spec.schedulerName, and its plugins. */
export interface SchedulerProfile {
  readonly schedulerName: string;
  readonly plugins: readonly SchedulerPlugin[];
}

/** Upstream's default profile, as far as these plugins go. */
export const defaultProfile: SchedulerProfile = {
  schedulerName: "default-scheduler",
  plugins: [
    schedulingGates, // keeps gated pods out of the queue before anything else looks at them
    nodeUnschedulable, // static filters first: their verdicts are cached per pod class
    nodeName,
    taintToleration,
    nodeAffinity,
    nodePorts, // dynamic filters see only what the static ones left
    nodeResourcesFit,
    balancedAllocation, // scores only
    imageLocality,
  ],
};
