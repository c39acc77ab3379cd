/** An API server on memory storage for tests: real registry, strategies and admission, its own certificates. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noMetrics, realClock, realRandom, scheme, silentLogger, type Clock, type KubernetesObject } from "@k8ts/api";
import type { Transport } from "@k8ts/client";
import { createAdmission } from "../admission/index.ts";
import { ensurePki, systemGroups, type Pki, type UserInfo } from "../auth/index.ts";
import { createStrategies } from "../registry/strategies.ts";
import { openMemoryStorage } from "../storage/index.ts";
import { createApiServer, type ApiServer, type ApiServerOptions } from "./index.ts";

/** The administrator. */
export const admin: UserInfo = { name: "kubernetes-admin", groups: [systemGroups.masters, systemGroups.authenticated] };

/** A server that runs, and what it takes to talk to it. */
export interface ServerUnderTest {
  readonly server: ApiServer;
  readonly pki: Pki;
  /** As the administrator. */
  readonly transport: Transport;
  stop(): Promise<void>;
}

/** Starts a server; `withoutPort` unless told otherwise. */
export async function startServer(
  options: Partial<ApiServerOptions> & { clock?: Clock } = {},
): Promise<ServerUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), "k8ts-server-"));
  const clock = options.clock ?? realClock;
  const pki = await ensurePki(directory, { hostnames: [], ips: [], clock });
  let server: ApiServer | undefined;
  const strategies = createStrategies({
    cidrs: ["10.96.0.0/16"],
    nodePorts: { from: 30_000, to: 32_767 },
    random: realRandom,
    services: function* () {
      for (const entry of server!.registry.store("", "v1", "services")!.peekAll("")) yield entry.object() as never;
    },
  });
  server = createApiServer({
    storage: await openMemoryStorage({ clock, metrics: noMetrics, logger: silentLogger } as never),
    scheme,
    strategies,
    admission: (parts) => createAdmission(parts),
    pki,
    address: "127.0.0.1",
    port: 0,
    clock,
    random: realRandom,
    logger: silentLogger,
    metrics: noMetrics,
    withoutPort: true,
    frozen: true,
    ...options,
  });
  await server.start();
  return {
    server,
    pki,
    transport: server.inProcess(admin),
    async stop() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** An answer as tests look at it. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // Tests read any field of any kind.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

/** Calls the server without sockets through all its filters but authentication. */
export async function call(
  transport: Transport,
  method: string,
  path: string,
  body?: KubernetesObject | object | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestAnswer> {
  const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  const sent: Record<string, string> = { "content-type": "application/json", ...headers };
  const answer = await transport.raw({ method, path, headers: sent, ...(text !== undefined && { body: text }) });
  const got = await new Response(answer.body).text();
  let json: unknown;
  try {
    json = JSON.parse(got);
  } catch {
    json = undefined;
  }
  return { status: answer.status, headers: answer.headers, text: got, json };
}

/** The authorizer follows roles through watches, which tell of a change within a turn of the event loop or two. */
export async function caughtUp(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** The core group in the default namespace. */
export const core = "/api/v1/namespaces/default";

/** A ConfigMap to write. */
export const configMap = (name: string, data: Record<string, unknown> = { a: "b" }): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data,
});

/** A Deployment of three to write. */
export const deployment = (name: string): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "c", image: "nginx" }] } },
  },
});

/** Headers of each type of patch. */
export const merge = { "content-type": "application/merge-patch+json" };
/** See `merge`. */
export const strategic = { "content-type": "application/strategic-merge-patch+json" };
/** See `merge`. */
export const jsonPatch = { "content-type": "application/json-patch+json" };

/** A server with a default ServiceAccount, so that pods can be made. */
export async function startServerForPods(): Promise<ServerUnderTest> {
  const under = await startServer();
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } };
  await call(under.transport, "POST", `${core}/serviceaccounts`, account);
  return under;
}
