/** The API server of a cluster with what it stands on: certificates, storage, strategies, admission, kubeconfigs. */
import { mkdir, mkdtemp } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { scheme, type DeepReadonly } from "@k8ts/api";
import type { Service } from "@k8ts/api/core/v1";
import { createAdmission } from "../admission/index.ts";
import { createApiServer, docsFromFile, type ApiServer } from "../apiserver/index.ts";
import { CertificateRenewal, ensurePki, writeKubeconfig, type KeyPair, type Pki } from "../auth/index.ts";
import { hostLayout } from "../host/index.ts";
import { createStrategies } from "../registry/strategies.ts";
import { openLmdbStorage, openMemoryStorage, type Storage } from "../storage/index.ts";
import { addressInRange, type ClusterConfig } from "./config.ts";
import type { ClusterParts, Started } from "./parts.ts";

/** A served API and the certificates of its cluster. */
export interface ServedApi {
  readonly server: ApiServer;
  readonly pki: Pki;
  /** Whoever uses certificates beside the server is shown them here once a day. */
  readonly renewal: CertificateRenewal;
}

/** Sentences for `kubectl explain`, collected when k8ts is built; they lie beside the bundle. */
const docsFile = new URL(import.meta.url.includes("/dist/") ? "../docs.json" : "../../dist/docs.json", import.meta.url);

async function openStorage(config: ClusterConfig, parts: ClusterParts): Promise<Storage> {
  if (config.storage === "memory" || !config.dataDirectory) return openMemoryStorage(parts);
  const directory = hostLayout(config.dataDirectory).store;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return openLmdbStorage({ ...parts, directory });
}

/** Writes the administrator's kubeconfig, and one for each component that may run by itself. */
async function writeKubeconfigs(
  config: ClusterConfig & { dataDirectory: string },
  server: ApiServer,
  pki: Pki,
): Promise<void> {
  const { kubeconfigs } = hostLayout(config.dataDirectory);
  const users: readonly [file: string, user: string, pair: KeyPair][] = [
    ["admin", "kubernetes-admin", pki.admin],
    ["controller-manager", "system:kube-controller-manager", pki.controllerManager],
    ["scheduler", "system:kube-scheduler", pki.scheduler],
    ["proxy", "system:kube-proxy", pki.proxy],
  ];
  const common = { server: server.url, caPem: pki.caPem, cluster: config.name };
  for (const [file, user, pair] of users) {
    await writeKubeconfig(join(kubeconfigs, `${file}.conf`), { ...common, ...pair, user });
  }
}

/** No pod reaches a server there, and no Endpoints may say so. */
const isLoopback = (address: string): boolean => address.startsWith("127.") || address === "::1";

/** Starts the API server; resolves when it serves. `nodeAddress` is where pods reach it. */
export async function startApi(
  config: ClusterConfig,
  nodeAddress: string,
  parts: ClusterParts,
  started: Started,
): Promise<ServedApi> {
  const clusterIP = addressInRange(config.serviceCidr, 1);
  const directory = config.dataDirectory
    ? hostLayout(config.dataDirectory).pki
    : await mkdtemp(join(tmpdir(), "k8ts-pki-"));
  const { clock, logger } = parts;
  const settings = {
    hostnames: [hostname()],
    ips: [clusterIP, nodeAddress],
    clock,
    clusterDomain: config.clusterDomain,
  };
  const ensure = (): Promise<Pki> => ensurePki(directory, settings);
  const pki = await ensure();
  const storage = await openStorage(config, parts);
  started.add(() => storage.close());
  const services = function* (): Iterable<DeepReadonly<Service>> {
    const store = server.registry.store("", "v1", "services");
    for (const entry of store?.peekAll("") ?? []) yield entry.object() as unknown as DeepReadonly<Service>;
  };
  const strategies = createStrategies({
    cidrs: [config.serviceCidr],
    nodePorts: { from: 30_000, to: 32_767 },
    random: parts.random,
    services,
  });
  const server: ApiServer = createApiServer({
    ...parts,
    storage,
    scheme,
    strategies,
    admission: (admissionParts) => createAdmission(admissionParts),
    pki,
    address: config.address,
    port: config.port,
    metricsText: parts.metrics,
    docs: docsFromFile(docsFile),
    issuer: `https://kubernetes.default.svc.${config.clusterDomain}`,
    ...(!isLoopback(nodeAddress) && { service: { clusterIP, address: nodeAddress, port: config.port } }),
  });
  const { dataDirectory } = config;
  const useCertificates = async (used: Pki): Promise<void> => {
    server.useCertificates(used);
    if (dataDirectory) await writeKubeconfigs({ ...config, dataDirectory }, server, used);
  };
  const renewal = new CertificateRenewal({ clock, logger, ensure });
  started.add(async () => renewal.stop());
  await started.start(server);
  await useCertificates(pki);
  renewal.add(useCertificates);
  return { server, pki, renewal };
}
