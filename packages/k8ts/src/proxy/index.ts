/**
 * The service proxy: makes a Service's virtual addresses lead to its pods, on one node, with the kernel's packet rules.
 *
 *     Services, EndpointSlices, this Node ──informers──▶ tracker ─▶ plan (pure) ─▶ backend ─▶ nft -f - (one transaction)
 *                                                          └──▶ conntrack (stale UDP flows), health-check servers
 *
 * One runs on every node; the composition root (or `k8ts proxy`) hands it informers. A change costs what its own Service
 * costs, however many others there are; all rules are written only at start and after a failure. It touches nothing but its
 * own table, never sees a packet itself, and leaves its rules in place when it stops: `cleanUp` removes them.
 */
export type { PlanChange, ProxyBackend, ProxyRules } from "./backends/backend.ts";
export { planService, type ServicePlan, type Verdict } from "./plan.ts";
export { cleanUpProxy, createProxy, type Proxy, type ProxyOptions } from "./proxy.ts";
export { CommandError, commandRunner, type RunCommand } from "./run-command.ts";
