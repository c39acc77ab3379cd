/**
 * For tests of code that is built on @k8ts/client: an API server in memory (with faults on demand, and behind real sockets
 * where wanted), and the contract suite that every Transport passes. Runs on node only; no product code imports it.
 */
export * from "./memory-api.ts";
export * from "./serve-memory-api.ts";
export * from "./transport-contract.ts";
