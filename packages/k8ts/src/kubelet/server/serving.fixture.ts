/** A kubelet server on a simulated runtime, with certificates and clients, for tests. */
import { once } from "node:events";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { connect, type TLSSocket } from "node:tls";
import { WebSocket } from "ws";
import { noMetrics, realClock, seededRandom, silentLogger } from "@k8ts/api";
import type { SubjectAccessReview } from "@k8ts/api/authorization/v1";
import type { Pod } from "@k8ts/api/core/v1";
import type { Client } from "@k8ts/client";
import { containerFor, sandboxFor } from "../runtimes/contract.fixture.ts";
import { SimulatedRuntime } from "../runtimes/index.ts";
import { SpdySession } from "../streaming/index.ts";
import { createKubeletServer, type KubeletServer } from "./index.ts";
import { containerNameLabel, podNameLabel, podNamespaceLabel, podUidLabel } from "./source.ts";

interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** A CA and certificates of it: the server's, an administrator's, and one of another CA. */
export interface TestPki {
  readonly ca: string;
  readonly server: Identity;
  readonly admin: Identity;
  readonly stranger: Identity;
}

/** Makes the certificates; about 50 ms. */
export async function testPki(): Promise<TestPki> {
  await import("reflect-metadata").catch(() => undefined);
  const x509 = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = () => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const pem = async (key: CryptoKey): Promise<string> =>
    x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
  const dates = { notBefore: new Date(0), notAfter: new Date("2100-01-01") };
  const authority = async () => {
    const pair = await keys();
    const extensions = [new x509.BasicConstraintsExtension(true, undefined, true)];
    const settings = {
      serialNumber: "01",
      name: "CN=ca",
      keys: pair,
      signingAlgorithm: algorithm,
      extensions,
      ...dates,
    };
    const cert = await x509.X509CertificateGenerator.createSelfSigned(settings);
    const issue = async (subject: string, serialNumber: string, usage: string): Promise<Identity> => {
      const own = await keys();
      const made = await x509.X509CertificateGenerator.create({
        serialNumber,
        subject,
        issuer: "CN=ca",
        publicKey: own.publicKey,
        signingKey: pair.privateKey,
        signingAlgorithm: algorithm,
        extensions: [
          new x509.ExtendedKeyUsageExtension([usage]),
          new x509.SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }]),
        ],
        ...dates,
      });
      return { cert: made.toString("pem"), key: await pem(own.privateKey) };
    };
    return { cert: cert.toString("pem"), issue };
  };
  const [own, other] = [await authority(), await authority()];
  const usages = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" };
  return {
    ca: own.cert,
    server: await own.issue("CN=node", "02", usages.server),
    admin: await own.issue("O=system:masters, O=second, CN=admin", "03", usages.client),
    stranger: await other.issue("O=system:masters, CN=admin", "04", usages.client),
  };
}

/** A server with one pod, `default/web`, of the containers `main` (logs and exits on demand) and `server`. */
export interface ServingKubelet {
  readonly server: KubeletServer;
  readonly runtime: SimulatedRuntime;
  readonly pod: Pod;
  readonly pki: TestPki;
  /** Who asked for what, in order. */
  readonly reviews: SubjectAccessReview["spec"][];
  /** Containers' ids by name. */
  readonly ids: Readonly<Record<string, string>>;
  unhealthy: string | undefined;
  /** A request as the administrator, unless `options` say otherwise. */
  get(
    path: string,
    options?: RequestOptions,
  ): Promise<{ status: number; headers: Record<string, unknown>; body: string }>;
  stop(): Promise<void>;
}

/** Tokens that TokenReviews know. */
const tokens: Readonly<Record<string, { username: string; groups: string[] }>> = {
  good: { username: "joe", groups: ["ops"] },
  weak: { username: "eve", groups: [] },
};

function reviewingClient(reviews: SubjectAccessReview["spec"][]): Client {
  const create = async (_resource: unknown, object: { kind: string; spec: { token?: string; user?: string } }) => {
    if (object.kind === "TokenReview") {
      const user = tokens[object.spec.token ?? ""];
      return { ...object, status: { authenticated: user !== undefined, user } };
    }
    reviews.push(object.spec as SubjectAccessReview["spec"]);
    if (object.spec.user === "broken") throw new Error("no API server");
    return { ...object, status: { allowed: object.spec.user !== "eve" } };
  };
  return { create } as unknown as Client;
}

/** Starts everything. */
export async function serveKubelet(): Promise<ServingKubelet> {
  const pki = await testPki();
  const runtime = new SimulatedRuntime({ clock: realClock, random: seededRandom(1) });
  const image = "registry.k8ts.test/tools:1";
  await runtime.pullImage(image);
  const labels = { [podNameLabel]: "web", [podNamespaceLabel]: "default", [podUidLabel]: "uid-1" };
  const under = { image, logDirectory: "/var/log/pods", cgroupParent: "" };
  const metadata = { name: "web", namespace: "default", uid: "uid-1", attempt: 0 };
  const config = sandboxFor(under, { metadata, labels });
  const sandbox = await runtime.runPodSandbox(config, "");
  const ids: Record<string, string> = {};
  const start = async (name: string, command: readonly string[], stdin = false): Promise<void> => {
    const wanted = { metadata: { name, attempt: 0 }, labels: { ...labels, [containerNameLabel]: name }, stdin };
    ids[name] = await runtime.createContainer(sandbox, containerFor(under, command, wanted), config);
    await runtime.startContainer(ids[name]);
  };
  await start("main", ["sh", "-c", "echo one; echo two >&2; echo three; cat"], true);
  await start("server", ["nginx"]);
  const pod = testPod(ids);
  const reviews: SubjectAccessReview["spec"][] = [];
  const kubelet = { unhealthy: undefined as string | undefined };
  const server = createKubeletServer({
    runtime,
    logs: runtime.logs,
    tls: { ...pki.server, clientCa: pki.ca },
    client: reviewingClient(reviews),
    clock: realClock,
    logger: silentLogger,
    metrics: noMetrics,
    metricsText: async () => ({ text: "metric 1\n", contentType: "text/plain" }),
    address: "127.0.0.1",
    port: 0,
    source: {
      nodeName: "node-1",
      pods: () => [pod],
      pod: (namespace, name) => (namespace === "default" && name === "web" ? pod : undefined),
      usage: async () => testUsage,
      unhealthy: () => kubelet.unhealthy,
    },
  });
  await server.start();
  return Object.assign(kubelet, {
    server,
    runtime,
    pod,
    pki,
    reviews,
    ids,
    get: (path: string, options?: RequestOptions) => fetchText(server.port, pki, path, options),
    async stop() {
      await server.stop();
      await runtime.close();
    },
  });
}

const testUsage = {
  startTime: 0,
  time: 1_000_000,
  cpuUsageCoreNanoSeconds: 2_000_000_000n,
  memoryAvailableBytes: 30,
  memoryUsageBytes: 20,
  memoryWorkingSetBytes: 10,
  memoryRssBytes: 5,
  nodeFs: { capacityBytes: 9, availableBytes: 4, usedBytes: 5, inodes: 3, inodesFree: 2, inodesUsed: 1 },
};

function testPod(ids: Readonly<Record<string, string>>): Pod {
  const waiting = { name: "waiting", ready: false, restartCount: 0, image: "i", imageID: "" };
  const running = Object.entries(ids).map(([name, id]) => ({
    name,
    ready: true,
    restartCount: 0,
    image: "i",
    imageID: "i",
    containerID: `simulated://${id}`,
    state: { running: { startedAt: "2026-01-01T00:00:00Z" } },
  }));
  const containers = ["main", "server", "waiting", "unknown"].map((name) => ({
    name,
    image: "i",
    stdin: name === "main",
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "default", uid: "uid-1" },
    spec: { containers },
    status: { containerStatuses: [...running, { ...waiting, state: { waiting: { reason: "ImagePullBackOff" } } }] },
  } as Pod;
}

async function fetchText(port: number, pki: TestPki, path: string, options: RequestOptions = {}) {
  const call = httpsRequest({ host: "127.0.0.1", port, path, ca: pki.ca, ...pki.admin, agent: false, ...options });
  call.end();
  const [response] = await once(call, "response");
  let body = "";
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode as number, headers: response.headers as Record<string, unknown>, body };
}

/** Asks the server, as the administrator, to go on in SPDY; resolves to a session, or to its refusal. */
export async function upgradeToSpdy(
  kubelet: ServingKubelet,
  path: string,
  protocols: string,
): Promise<{ session: SpdySession; protocol: unknown } | { status: number; body: string }> {
  const { ca, admin } = kubelet.pki;
  const headers = { Connection: "Upgrade", Upgrade: "SPDY/3.1", "X-Stream-Protocol-Version": protocols };
  const options = { host: "127.0.0.1", port: kubelet.server.port, path, method: "POST", headers, ca, ...admin };
  const call = httpsRequest({ ...options, agent: false });
  call.end();
  return new Promise((resolve, reject) => {
    call.on("error", reject);
    call.on("upgrade", (response, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      const protocol = response.headers["x-stream-protocol-version"];
      resolve({ session: new SpdySession(socket, { role: "client" }), protocol });
    });
    call.on("response", async (response) => {
      let body = "";
      for await (const chunk of response) body += String(chunk);
      resolve({ status: response.statusCode ?? 0, body });
    });
  });
}

/** A TLS connection to the server as the administrator, for what no client would send. */
export async function rawConnection(kubelet: ServingKubelet): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port: kubelet.server.port, ca: kubelet.pki.ca, ...kubelet.pki.admin });
  await once(socket, "secureConnect");
  return socket;
}

/** Opens a WebSocket as the administrator, calls `send`, and collects what each channel carried until it closes. */
export async function overWebSocket(
  kubelet: ServingKubelet,
  path: string,
  protocols: string[],
  send: (socket: WebSocket) => void = () => undefined,
): Promise<{ protocol: string; channels: Record<number, string>; code: number }> {
  const { server, pki } = kubelet;
  const socket = new WebSocket(`wss://127.0.0.1:${server.port}${path}`, protocols, { ca: pki.ca, ...pki.admin });
  const channels: Record<number, string> = {};
  socket.on("message", (data: Buffer, binary) => {
    const text = binary ? data.toString("latin1", 1) : Buffer.from(data.toString().slice(1), "base64").toString();
    const channel = binary ? data[0]! : Number(data.toString()[0]);
    channels[channel] = (channels[channel] ?? "") + text;
  });
  await once(socket, "open");
  send(socket);
  const [code] = await once(socket, "close");
  return { protocol: socket.protocol, channels, code: code as number };
}
