/**
 * @k8ts/client/node: reaching an API server from a node process. A kubeconfig or a pod's service account becomes a
 * ServerAccess; a ServerAccess becomes a Transport over HTTP/2 (or HTTP/1.1) with TLS, client certificates, tokens and
 * exec plugins.
 *
 *     const access = await accessOfContext(await loadKubeconfig());
 *     const client = createClient(createNodeTransport(access));
 */
export * from "./node/in-cluster.ts";
export * from "./node/kubeconfig.ts";
export * from "./node/node-transport.ts";
export type { ExecPlugin, ServerAccess } from "./node/server-access.ts";
