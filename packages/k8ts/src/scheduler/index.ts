/**
 * The scheduler: gives each pod without a node the node that suits it best, and says why where none does.
 *
 *     pods, nodes (informers) ──▶ queue ──▶ cycle: filter ▶ score ▶ choose ──▶ reserve ▶ permit ▶ pre-bind ▶ bind
 *                            └──▶ snapshot ──────┘                                     (writes pods/binding)
 *
 * `framework.ts` says what a plugin is, `profile.ts` lists those that run, `queue.ts` keeps the pods that wait,
 * `snapshot.ts` is the cluster in arrays. The scheduler only reads its caches while it decides and only writes through
 * its client; it never talks to nodes.
 */
export { createScheduler, type SchedulerOptions } from "./scheduler.ts";
export { defaultProfile, type SchedulerProfile } from "./profile.ts";
export type { ClusterEvent, SchedulerPlugin, Verdicts } from "./framework.ts";
export type { PodInfo } from "./pod-info.ts";
export { NodeSnapshot } from "./snapshot.ts";
