/**
 * What a node needs of its machine: an own containerd, a pod network, kernel switches, and taking all of it away again.
 * The command and cluster.ts call this room; it knows nothing of the API. Everything it makes is below the cluster's data
 * directory or carries the cluster's name (bridge, nft table, cgroup parent), so several clusters share a machine.
 */
export { defaultDataDirectory, hostLayout, type HostLayout } from "./layout.ts";
export { containerObstacle, findCommand, missingPackages } from "./prerequisites.ts";
export { keepContainerd, runningContainerd, stopContainerd } from "./containerd.ts";
export { enableForwarding, restoreForwarding } from "./network.ts";
export { keepHostState, takeHostState } from "./host-state.ts";
export { findProcesses, isAlive, stopProcess } from "./processes.ts";
export { removeFootprint, type Footprint } from "./teardown.ts";
