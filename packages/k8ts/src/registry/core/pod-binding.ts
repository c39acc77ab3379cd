/** pods/binding: gives a pod its node, and nothing else but metadata and the conditions that say so. */
import type { Pod } from "@k8ts/api/core/v1";
import type { UpdateStrategy } from "../strategy.ts";

/**
 * The handler has made the bound pod of the stored one; there is nothing to take back or to find fault with. A pod that
 * was given its node is still of the generation that its owner wrote.
 */
export const podBinding: UpdateStrategy<Pod> = { keepsGeneration: true, prepareForUpdate() {} };
