/**
 * The kubelet: a node's agent. It makes the pods that are bound to its node real, keeps them so, and says how they are.
 * The API server tells it what shall be (an informer of the node's pods), the container runtime what is (its events); it
 * compares the two and acts, again and again, and remembers nothing that it could not find out anew: a kubelet that is
 * killed and started again adopts what runs. It talks to any API server through @k8ts/client, never decides where a pod
 * goes, and never touches a container that no kubelet made.
 *
 *     pods bound here ──▶ PodWorkers ──▶ PodWorker, one per uid            pods/
 *     runtime events ──▶ RuntimeView ──┘     │
 *                                            │ sync:  admit ─▶ cgroup ─▶ volumes ─▶ plan(spec, observed) ─▶ act
 *                                            │          ▲                                                    │
 *                                            │          └──── refresh the view, report the status ◀──────────┘
 *                                            │ terminating: preStop, SIGTERM, SIGKILL; sidecars last, in reverse
 *                                            │ terminated:  volumes and cgroup away, last status, API object deleted
 *                                            ▼ gone:        containers, sandbox, logs, directory removed
 *     status/  what the API server is told      containers/  specs into CRI           images/   pulls
 *     probes/  is it alive, ready, started      volumes/     files for containers     cgroups/  limits of whole pods
 *     node/    the Node object and its Lease    garbage/     leftovers and eviction   runtimes/ containerd, simulated
 *     server/  what people ask of a node (logs, exec …)       filesystem/ the machine's files, or none
 *
 * Everything that touches the machine is injected (runtime, filesystem, cgroups, machine, probes, clock), so that
 * thousands of simulated nodes fit one process and months pass in seconds.
 */
export { createCgroups } from "./cgroups/create-cgroups.ts";
export { noCgroups, type CgroupManager } from "./cgroups/cgroup-manager.ts";
export { defaultKubeletConfig, type KubeletConfig } from "./config.ts";
export type { NodeFilesystem } from "./filesystem/node-filesystem.ts";
export { noFilesystem } from "./filesystem/no-filesystem.ts";
export { realFilesystem } from "./filesystem/real-filesystem.ts";
export { createKubelet } from "./kubelet.ts";
export type { Kubelet, KubeletOptions } from "./kubelet-options.ts";
export { simulatedMachine, type Machine, type MachineInfo, type MachineUsage } from "./node/machine.ts";
export { linuxMachine, type LinuxMachineOptions } from "./node/linux-machine.ts";
export type { KubeletDirectories } from "./pods/pod-dependencies.ts";
export { contentProber, createProber, type Prober } from "./probes/prober.ts";
export { removeAllPods, removePodsOf } from "./remove-all-pods.ts";
export * from "./runtimes/index.ts";
export * from "./logs/index.ts";
export * from "./server/index.ts";
export { watchReferencedObjects, type ReferencedObjects } from "./volumes/referenced-objects.ts";
