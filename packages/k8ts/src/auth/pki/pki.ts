/**
 * The cluster's certificates and keys on disk: one CA, the API server's serving certificate, client certificates for
 * every component, the key that signs service-account tokens. Made where missing, renewed before they expire.
 */
import { createPrivateKey, generateKeyPairSync, X509Certificate, type KeyObject } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@k8ts/api";
import { systemGroups } from "../user.ts";
import { certify, issueCertificate, type CertificateRequest, type Issuer, type KeyPair } from "./certificate.ts";

const day = 24 * 3600 * 1000;
/** As kubeadm: the CA lives ten years, everything it signs one. */
const caLifetime = 3650 * day;
const lifetime = 365 * day;
/** What expires within this time is made anew. */
const renewBefore = 30 * day;
/** Certificates are valid a little before they are made, for machines whose clocks run behind. */
const backdate = 5 * 60 * 1000;

/** What the serving certificate must be valid for, beside the names every cluster has. */
export interface PkiOptions {
  readonly hostnames: readonly string[];
  readonly ips: readonly string[];
  readonly clock: Clock;
  /** DNS domain of the cluster. Default "cluster.local". */
  readonly clusterDomain?: string;
}

/** The certificates a cluster runs on, all in PEM. */
export interface Pki {
  readonly directory: string;
  readonly caPem: string;
  readonly apiserver: KeyPair;
  /** With which the API server talks to kubelets; in group system:masters, as kubeadm's. */
  readonly kubeletClient: KeyPair;
  readonly admin: KeyPair;
  readonly controllerManager: KeyPair;
  readonly scheduler: KeyPair;
  readonly proxy: KeyPair;
  /** Signs service-account tokens. */
  readonly serviceAccountKeyPem: string;
  /** A client certificate kept under `file` (`NAME.crt`, `NAME.key`). */
  clientCertificate(file: string, commonName: string, organizations?: readonly string[]): Promise<KeyPair>;
  /** A node's two certificates: to serve its API, and to call ours as system:node:NAME. */
  kubelet(nodeName: string, ips: readonly string[]): Promise<{ serving: KeyPair; client: KeyPair }>;
  /** Signs somebody else's public key (CertificateSigningRequests). */
  sign(request: CertificateRequest, publicKey: KeyObject): Promise<string>;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whole or not at all, and for nobody else's eyes. */
async function writePrivate(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
}

/** True where the certificate is of this CA, lives long enough, and names everything it is asked to. */
function stillGood(pair: KeyPair, ca: X509Certificate | undefined, request: CertificateRequest, now: number): boolean {
  try {
    const certificate = new X509Certificate(pair.certPem);
    if (Date.parse(certificate.validTo) - now < renewBefore) return false;
    if (!certificate.checkPrivateKey(createPrivateKey(pair.keyPem))) return false;
    if (ca && !certificate.verify(ca.publicKey)) return false;
    return (
      (request.dnsNames ?? []).every((name) => certificate.checkHost(name) !== undefined) &&
      (request.ips ?? []).every((ip) => certificate.checkIP(ip) !== undefined)
    );
  } catch {
    return false;
  }
}

/** The directory of certificates, and the CA once it is known. */
class Keeper {
  readonly #directory: string;
  readonly #clock: Clock;
  #issuer: Issuer | undefined;
  #ca: X509Certificate | undefined;

  constructor(directory: string, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
  }

  async authority(): Promise<KeyPair> {
    const pair = await this.pair("ca", { commonName: "kubernetes", usage: "ca" }, caLifetime);
    this.#issuer = { commonName: "kubernetes", privateKey: createPrivateKey(pair.keyPem) };
    this.#ca = new X509Certificate(pair.certPem);
    return pair;
  }

  async pair(
    file: string,
    subject: Omit<CertificateRequest, "notBefore" | "notAfter">,
    life = lifetime,
  ): Promise<KeyPair> {
    const certPath = join(this.#directory, `${file}.crt`);
    const keyPath = join(this.#directory, `${file}.key`);
    const [certPem, keyPem] = await Promise.all([readIfThere(certPath), readIfThere(keyPath)]);
    const now = this.#clock.now();
    const request = { ...subject, notBefore: now - backdate, notAfter: now + life };
    if (certPem !== undefined && keyPem !== undefined) {
      const found = { certPem, keyPem };
      if (stillGood(found, this.#ca, request, now)) return found;
    }
    const made = await issueCertificate(request, this.#issuer);
    await writePrivate(keyPath, made.keyPem);
    await writePrivate(certPath, made.certPem);
    return made;
  }

  async signingKey(): Promise<string> {
    const path = join(this.#directory, "sa.key");
    const found = await readIfThere(path);
    if (found !== undefined) return found;
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const text = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    await writePrivate(join(this.#directory, "sa.pub"), publicKey.export({ type: "spki", format: "pem" }) as string);
    await writePrivate(path, text);
    return text;
  }

  sign(request: CertificateRequest, publicKey: KeyObject): Promise<string> {
    return certify(request, publicKey, this.#issuer!);
  }
}

/**
 * Makes what is missing in `directory` (0700, files 0600), renews what expires within 30 days or no longer names what it
 * must, and leaves the rest alone. Throws what the file system throws.
 */
export async function ensurePki(directory: string, options: PkiOptions): Promise<Pki> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const keeper = new Keeper(directory, options.clock);
  const ca = await keeper.authority();
  const client = (file: string, commonName: string, organizations: readonly string[] = []): Promise<KeyPair> =>
    keeper.pair(file, { commonName, organizations, usage: "client" });
  const domain = options.clusterDomain ?? "cluster.local";
  const inCluster = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", `kubernetes.default.svc.${domain}`];
  const [apiserver, kubeletClient, admin, controllerManager, scheduler, proxy, serviceAccountKeyPem] =
    await Promise.all([
      keeper.pair("apiserver", {
        commonName: "kube-apiserver",
        dnsNames: [...new Set(["localhost", ...inCluster, ...options.hostnames])],
        ips: [...new Set(["127.0.0.1", "::1", ...options.ips])],
        usage: "server",
      }),
      client("apiserver-kubelet-client", "kube-apiserver-kubelet-client", [systemGroups.masters]),
      client("admin", "kubernetes-admin", [systemGroups.masters]),
      client("controller-manager", "system:kube-controller-manager"),
      client("scheduler", "system:kube-scheduler"),
      client("kube-proxy", "system:kube-proxy"),
      keeper.signingKey(),
    ]);
  return {
    directory,
    caPem: ca.certPem,
    apiserver,
    kubeletClient,
    admin,
    controllerManager,
    scheduler,
    proxy,
    serviceAccountKeyPem,
    clientCertificate: client,
    kubelet: async (nodeName, ips) => ({
      serving: await keeper.pair(`kubelet-${nodeName}-serving`, {
        commonName: `system:node:${nodeName}`,
        organizations: [systemGroups.nodes],
        dnsNames: [nodeName, "localhost"],
        ips: [...new Set(["127.0.0.1", ...ips])],
        usage: "server",
      }),
      client: await client(`kubelet-${nodeName}-client`, `system:node:${nodeName}`, [systemGroups.nodes]),
    }),
    sign: (request, publicKey) => keeper.sign(request, publicKey),
  };
}
