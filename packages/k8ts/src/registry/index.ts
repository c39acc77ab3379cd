/**
 * The registry turns verbs on objects into commits on storage, and storage's bytes into answers. One generic store serves
 * every kind; what makes a kind itself is its strategy (registry/<group>/<kind>.ts). The API server's handlers and the
 * in-process clients call it; it calls admission and storage, and nothing else.
 *
 *     create, update ── mutating admission ── strategy: default, prepare, validate ── validating admission ── storage
 *     get, list, watch ── watch cache (bytes at rest; decoded only when somebody asks for the object)
 *
 * A resource of several versions is one store in its storage version (storage-versions.ts) and a view of it for each
 * other version (versioned-store.ts, conversion.ts). It never speaks HTTP and never authorizes: whoever calls it has.
 */
export type { RequestContext } from "./context.ts";
export { createRegistry, type RegistryOptions } from "./registry.ts";
export type {
  DeleteRequest,
  Entry,
  ListOptions,
  ListResult,
  MutationOptions,
  Registry,
  ResourceStore,
  StoreEvent,
  StoreSink,
  WatchOptions,
} from "./resource-store.ts";
export type { BoundStrategy, Column, ScalePaths, Strategy, StrategyTransaction, UpdateStrategy } from "./strategy.ts";
// What a pod asks for and how resources are named, for the admission plugins that count and limit them.
export { totalOf } from "./core/pod-resources.ts";
export { isExtendedResource, isNativeResource } from "./meta/resource-names.ts";
