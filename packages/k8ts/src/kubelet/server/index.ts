/**
 * The kubelet's HTTPS server: where `kubectl logs`, exec, attach, cp, port-forward and top end, by way of the API server,
 * which tunnels their bytes here unchanged. Each request is authenticated (client certificate or token) and authorized
 * (nodes/proxy, nodes/log …), finds its pod in the kubelet's own memory (source.ts) and its container in the runtime, and
 * is then between the client's protocol (../streaming) and the runtime.
 *
 *     API server ── TLS ──▶ auth ──▶ handlers ─┬─▶ source (pods, usage)
 *                                              ├─▶ logs
 *                                              └─▶ streaming ◀─▶ runtime (exec, attach, port-forward)
 *
 * The server starts nothing and changes no pod.
 */
export {
  createKubeletServer,
  type KubeletServer,
  type KubeletServerOptions,
  type KubeletServerTls,
} from "./kubelet-server.ts";
export * from "./source.ts";
