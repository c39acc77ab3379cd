/**
 * The API server: Kubernetes' REST API over the registry, for clients on the network and in the same process.
 *
 *     port (http/: TLS, HTTP/2, HTTP/1.1)            in-process.ts (objects, no sockets)
 *        │ request                                        │ call
 *     filters/ (id, log, metrics, warnings, recovery,     │ authorization, metrics
 *        deadline, authentication, in-flight limits,      │
 *        impersonation, authorization)                    │
 *        │                                                │
 *     router ── routes/ (health, version, metrics, discovery, OpenAPI, OIDC)
 *        │                                                │
 *     resource-handler ───────────── ResourceCall ────────┤
 *        │        verbs/ (get list watch create update patch delete)
 *        │        subresources/ (scale, binding, eviction, token, reviews, logs, exec, proxies)
 *        │                                                │
 *     rendering/ (stored bytes, Tables, protobuf, watch frames)   objects as they are
 *
 * cluster.ts makes one and starts it. Below it stand auth, admission and registry; it never touches storage itself.
 */
export type { ServerAdmissionParts } from "./admission-parts.ts";
export type { ServiceAddress } from "./bootstrap.ts";
export type { HttpRequest, HttpResponse } from "./http/index.ts";
export type { InFlightLimits } from "./filters/max-in-flight.ts";
export { docsFromFile } from "./openapi/index.ts";
export type { HealthCheck } from "./routes/health.ts";
export { kubernetesVersion, versionInfo } from "./routes/version.ts";
export { createApiServer, loopbackUser, type ApiServer, type ApiServerOptions } from "./server.ts";
export type { ComponentCheck } from "./subresources/index.ts";
