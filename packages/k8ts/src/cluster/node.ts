/** A node of a cluster: kubelet with its server, and the proxy, on real containers or simulated ones. */
import { networkInterfaces } from "node:os";
import type { Client, InformerFactory } from "@k8ts/client";
import { createClient } from "@k8ts/client";
import { nodes } from "@k8ts/api/core/v1";
import { systemGroups, type KeyPair } from "../auth/index.ts";
import type { Component } from "../component.ts";
import { hostLayout } from "../host/index.ts";
import {
  createCgroups,
  createCriRuntime,
  createKubelet,
  createKubeletServer,
  fileLogs,
  linuxMachine,
  realFilesystem,
  simulatedMachine,
  SimulatedRuntime,
  type ContainerRuntime,
  type KubeletServer,
  type LogStore,
  type Machine,
} from "../kubelet/index.ts";
import { createProxy } from "../proxy/index.ts";
import type { ServedApi } from "./api.ts";
import { cgroupParent, kubernetesVersion, nftTableName, type ClusterConfig } from "./config.ts";
import type { ClusterParts, Started } from "./parts.ts";

/** The proxy in this process takes a deleted pod out of its Services in a fraction of this. */
const drainTime = 500;

/** The machine under the node: this one, or a simulated one at loopback. */
export function machineOf(config: ClusterConfig, parts: ClusterParts): Machine {
  const now = (): number => parts.clock.now();
  if (config.runtime === "simulated" || !config.dataDirectory) {
    return simulatedMachine({ hostname: config.nodeName, address: "127.0.0.1", now });
  }
  return linuxMachine({ hostname: config.nodeName, nodeFsPath: config.dataDirectory, now });
}

/** The first address of this machine that others reach, or loopback where it has none. */
export function reachableAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}

/** The runtime that the settings name, and where its containers log. */
function runtimeOf(config: ClusterConfig, parts: ClusterParts): { runtime: ContainerRuntime; logs: LogStore } {
  if (config.runtime === "simulated") {
    const runtime = new SimulatedRuntime(parts);
    return { runtime, logs: runtime.logs };
  }
  const { socket } = hostLayout(config.dataDirectory!).containerd;
  return { runtime: createCriRuntime({ ...parts, socket }), logs: fileLogs };
}

/** The node's client: what the Node authorizer allows it. */
function nodeClient({ server }: ServedApi, nodeName: string): Client {
  const user = { name: `system:node:${nodeName}`, groups: [systemGroups.nodes, systemGroups.authenticated] };
  return createClient(server.inProcess(user, "kubelet"));
}

/** Resolves when the Node is Ready. */
async function nodeReady(informers: InformerFactory, nodeName: string): Promise<void> {
  const informer = informers.of(nodes);
  await informer.synced();
  await new Promise<void>((resolve) => {
    const look = (): void => {
      const conditions = informer.lister.get("", nodeName)?.status?.conditions;
      if (conditions?.some(({ type, status }) => type === "Ready" && status === "True")) resolve();
    };
    informer.addHandler({ add: look, update: look });
  });
}

/** What a kubelet is besides its settings: who it is to the API server, and with what it serves its own API. */
export interface NodeIdentity {
  /** Acts as system:node:NAME. */
  readonly client: Client;
  /** Shared with the rest of the process; absent: informers of the kubelet's own. */
  readonly informers?: InformerFactory;
  readonly serving: KeyPair;
  /** Whose client certificates the kubelet's server accepts. */
  readonly caPem: string;
}

/** Starts a kubelet and its server, which it returns; resolves when the Node is registered. */
export async function startKubelet(
  config: ClusterConfig,
  identity: NodeIdentity,
  machine: Machine,
  parts: ClusterParts,
  started: Started,
): Promise<KubeletServer> {
  const { client, informers } = identity;
  const { runtime, logs } = runtimeOf(config, parts);
  started.add(() => runtime.close());
  const layout = hostLayout(config.dataDirectory ?? "/nowhere");
  const kubelet = createKubelet({
    ...parts,
    client,
    ...(informers && { informers }),
    runtime,
    nodeName: config.nodeName,
    machine,
    directories: { root: layout.kubelet, podLogs: layout.podLogs },
    ...(config.runtime === "containerd" && {
      files: realFilesystem,
      cgroups: await createCgroups(cgroupParent(config)),
      resolvConf: "/etc/resolv.conf",
    }),
    clusterDomain: config.clusterDomain,
    port: config.kubeletPort,
    config: { version: kubernetesVersion, ...(config.runtime === "containerd" && { shutdownDrainTime: drainTime }) },
  });
  const server = createKubeletServer({
    ...parts,
    runtime,
    source: kubelet.source,
    logs,
    tls: { cert: identity.serving.certPem, key: identity.serving.keyPem, clientCa: identity.caPem },
    client,
    metricsText: async () => ({ text: await parts.metrics.text(), contentType: parts.metrics.contentType }),
    address: config.address,
    port: config.kubeletPort,
  });
  await started.start(server);
  await started.start(kubelet);
  return server;
}

/** Starts the node of a one-process cluster: kubelet, its server, proxy; resolves when the node is ready. */
export async function startNode(
  config: ClusterConfig,
  api: ServedApi,
  machine: Machine,
  informers: InformerFactory,
  parts: ClusterParts,
  started: Started,
): Promise<void> {
  const { nodeName } = config;
  const { addresses } = machine.info;
  const { serving } = await api.pki.kubelet(nodeName, addresses);
  const client = nodeClient(api, nodeName);
  const identity = { client, informers, serving, caPem: api.pki.caPem };
  const server = await startKubelet(config, identity, machine, parts, started);
  let used = serving.certPem;
  api.renewal.add(async (pki) => {
    const { certPem: cert, keyPem: key } = (await pki.kubelet(nodeName, addresses)).serving;
    if (cert !== used) server.setTls({ cert, key, clientCa: pki.caPem });
    used = cert;
  });
  if (config.runtime === "containerd") await started.start(proxyOf(config, informers, parts));
  await nodeReady(informers, nodeName);
}

/** The proxy of a node. */
export function proxyOf(config: ClusterConfig, informers: InformerFactory, parts: ClusterParts): Component {
  return createProxy({
    ...parts,
    informers,
    nodeName: config.nodeName,
    tableName: nftTableName(config),
    clusterCIDRs: [config.podCidr],
    serviceCIDRs: [config.serviceCidr],
    masqueradePods: { from: [config.podCidr], except: [config.podCidr, config.serviceCidr] },
    healthz: { host: config.address, port: config.proxyHealthPort },
  });
}
