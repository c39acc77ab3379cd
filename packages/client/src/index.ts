/**
 * @k8ts/client: talking to a Kubernetes API server, ours or another. Everything that acts on a cluster (controllers,
 * scheduler, kubelet, proxy, command) imports this package and @k8ts/api alone.
 *
 *     rest        typed verbs over a Transport: HTTP, or the same process
 *     cache       reflector → store → informer → lister: a resource, kept current in memory
 *     controller  informers → work queue → reconcile(key); leader election; events
 *
 * This door is browser-safe; kubeconfigs and connections of node's own are behind `@k8ts/client/node`. Objects handed out
 * are shared: clone before changing one.
 */
export * from "./backoff.ts";
export * from "./cache/informer-factory.ts";
export * from "./cache/informer.ts";
export * from "./cache/store.ts";
export * from "./controller/controller-manager.ts";
export * from "./controller/controller.ts";
export * from "./controller/event-recorder.ts";
export * from "./controller/expectations.ts";
export * from "./controller/leader-elector.ts";
export * from "./controller/rate-limiter.ts";
export * from "./controller/start-controller.ts";
export * from "./controller/start-event-recorder.ts";
export * from "./controller/work-queue.ts";
export * from "./lru-map.ts";
export * from "./rest/client.ts";
export * from "./rest/create-client.ts";
export * from "./rest/fetch-transport.ts";
export * from "./rest/http-exchange.ts";
export * from "./rest/http-transport.ts";
export * from "./rest/resource-path.ts";
export * from "./rest/transport.ts";
