/**
 * A cluster for other people's test suites: API server, controllers, scheduler and a simulated node in the test's own
 * process, in memory, up in well under a second and gone without a trace.
 *
 *     import { startTestCluster } from "k8ts/testing";
 *
 *     const cluster = await startTestCluster();
 *     await cluster.client.create(deployments, myDeployment);
 *     …                                    // or any client, with cluster.kubeconfig
 *     await cluster.stop();
 *
 * Pods are scheduled and become ready, but no container runs (kubelet/runtimes/simulated.ts says what a simulated pod
 * does). It is the same code as the real thing, put together by the same cluster.ts.
 */
import { rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { noMetrics, realClock, realRandom, silentLogger, type Logger } from "@k8ts/api";
import type { Client, InformerFactory } from "@k8ts/client";
import { kubeconfigText } from "../auth/index.ts";
import { startCluster } from "../cluster.ts";
import { defaultClusterConfig } from "../cluster/config.ts";

/** What a test may say of its cluster. */
export interface TestClusterOptions {
  /** Default: silent. */
  readonly logger?: Logger;
}

/** A cluster in this process. */
export interface TestCluster {
  /** A client with all rights, in process: no sockets, shared objects. */
  readonly client: Client;
  /** Caches of that client. */
  readonly informers: InformerFactory;
  /** "https://127.0.0.1:…" */
  readonly url: string;
  /** The administrator's kubeconfig as text, for kubectl and other clients. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/** Ports that nobody listens on now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Starts a cluster; resolves when its node is ready. */
export async function startTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const [port = 0, kubeletPort = 0] = await freePorts(2);
  const metrics = { ...noMetrics, text: async () => "", contentType: "text/plain" };
  const logger = options.logger ?? silentLogger;
  const cluster = await startCluster(
    { ...defaultClusterConfig, storage: "memory", runtime: "simulated", address: "127.0.0.1", port, kubeletPort },
    { clock: realClock, random: realRandom, logger, metrics },
  );
  const { pki } = cluster.api;
  return {
    client: cluster.client,
    informers: cluster.informers,
    url: cluster.url,
    kubeconfig: kubeconfigText({
      server: cluster.url,
      caPem: pki.caPem,
      ...pki.admin,
      user: "kubernetes-admin",
      cluster: "k8ts-test",
    }),
    async stop() {
      await cluster.stop();
      await rm(pki.directory, { recursive: true, force: true });
    },
  };
}
