/**
 * Container runtimes: what the kubelet runs pods on. `runtime.ts` is the contract (CRI v1 in TypeScript shapes),
 * `createCriRuntime` keeps it with containerd over gRPC, `SimulatedRuntime` in memory; contract.ts holds both to it. A
 * runtime knows sandboxes, containers and images; of pods it knows the labels that the kubelet puts on them. Nothing here
 * decides what should run.
 *
 *     kubelet ──▶ ContainerRuntime ─┬─ cri.ts ── gRPC ──▶ containerd (events: cri/events.ts, streams: cri/streams.ts)
 *                                   └─ simulated.ts (clock, memory)
 */
export * from "./runtime.ts";
export * from "./cri.ts";
export * from "./simulated.ts";
export { simulatedAnnotations } from "./simulated/annotations.ts";
