/**
 * The composition root: it alone wires the rooms together. A cluster in one process:
 *
 *     storage ◀── registry ◀── apiserver ◀──TLS── kubectl, kubelets elsewhere
 *                                  ▲
 *                                  │ in process: no sockets, no JSON, objects shared
 *          ┌───────────┬───────────┼───────────┬───────────┐
 *     controllers   scheduler   kubelet      proxy      informers (one set for all of them)
 *                                  │            │
 *                             containerd       nft
 *
 * Everything reads through one set of informers and writes as itself, each with its own user and the rights RBAC gives it.
 */
import { mkdir } from "node:fs/promises";
import { createClient, createInformerFactory, type Client, type InformerFactory } from "@k8ts/client";
import { loopbackUser } from "./apiserver/index.ts";
import { startApi, type ServedApi } from "./cluster/api.ts";
import { bridgeName, sandboxImage, type ClusterConfig } from "./cluster/config.ts";
import { startControlPlane } from "./cluster/control-plane.ts";
import { machineOf, reachableAddress, startNode } from "./cluster/node.ts";
import { Started, type ClusterParts } from "./cluster/parts.ts";
import { enableForwarding, hostLayout, keepContainerd, keepHostState } from "./host/index.ts";
import { createRegistryServer, ImageLayout } from "./images/index.ts";

/** What a cluster is handed. */
export interface ClusterDependencies extends ClusterParts {
  /** Hears of each step of the start as it ends. */
  report?(step: string): void;
}

/** A cluster that runs. */
export interface RunningCluster {
  /** "https://127.0.0.1:6443". */
  readonly url: string;
  readonly api: ServedApi;
  /** A client with all rights, in process. */
  readonly client: Client;
  readonly informers: InformerFactory;
  /** Ends everything but containerd and the containers. Safe to call twice. */
  stop(): Promise<void>;
}

/** The machine's part of a node that runs containers: registry, kernel switches, containerd. */
async function startMachine(config: ClusterConfig, dependencies: ClusterDependencies, started: Started): Promise<void> {
  const { clock, logger } = dependencies;
  const layout = hostLayout(config.dataDirectory!);
  const images = new ImageLayout(layout.images);
  const registry = createRegistryServer({ layout: images, port: config.registryPort, logger });
  await started.start(registry);
  keepHostState(layout.dataDirectory, await enableForwarding());
  const settings = { layout, bridge: bridgeName(config), sandboxImage, registryUrl: registry.url, clock, logger };
  const stopping = new AbortController();
  started.add(async () => stopping.abort(new Error("the cluster is stopping")));
  await keepContainerd(settings, stopping.signal);
}

/** Starts a cluster; resolves when its node is ready. On failure everything started is stopped again. */
export async function startCluster(config: ClusterConfig, dependencies: ClusterDependencies): Promise<RunningCluster> {
  const started = new Started(dependencies.logger);
  const report = (step: string): void => dependencies.report?.(step);
  try {
    if (config.dataDirectory) await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
    const host = config.runtime === "containerd" ? startMachine(config, dependencies, started) : Promise.resolve();
    // Whatever fails first is thrown below; this keeps a failure beside it from going unhandled.
    host.catch(() => {});
    const machine = machineOf(config, dependencies);
    const api = await startApi(config, reachableAddress(), dependencies, started);
    report("API server");
    const client = createClient(api.server.inProcess(loopbackUser));
    const informers = createInformerFactory({ ...dependencies, client });
    started.add(() => informers.stop());
    informers.start();
    const settings = { caPem: api.pki.caPem, podCidr: config.podCidr, serviceCidr: config.serviceCidr };
    await startControlPlane(api.server, informers, settings, dependencies, started);
    report("controllers and scheduler");
    await host;
    if (config.runtime === "containerd") report("containerd and image registry");
    await startNode(config, api, machine, informers, dependencies, started);
    report(`node ${config.nodeName}`);
    return { url: api.server.url, api, client, informers, stop: () => started.stop() };
  } catch (error) {
    await started.stop();
    throw error;
  }
}
