/**
 * @k8ts/client: talking to a Kubernetes API server, ours or another. `rest` is the verbs over a transport (HTTP, or the
 * same process), `cache` keeps resources current in memory, `controller` runs reconcilers on those caches. Everything
 * that acts on a cluster (controllers, scheduler, kubelet, proxy, command) imports this package and @k8ts/api alone.
 */
export * from "./rest/client.ts";
export * from "./rest/transport.ts";
export * from "./cache/informer.ts";
export * from "./controller/controller.ts";
export * from "./controller/event-recorder.ts";
