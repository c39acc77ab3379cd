import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { connect, type ClientHttp2Session } from "node:http2";
import { test } from "node:test";
import type { TLSSocket } from "node:tls";
import { noMetrics, realClock, silentLogger } from "@k8ts/api";
import { clusterRoles, type ClusterRole } from "@k8ts/api/rbac/v1";
import { services } from "@k8ts/api/core/v1";
import { endpointSlices } from "@k8ts/api/discovery/v1";
import { openMemoryStorage, type Storage } from "../storage/index.ts";
import { call, startServer } from "./server-under-test.ts";

const openStorage = async (): Promise<Storage> =>
  openMemoryStorage({ clock: realClock, metrics: noMetrics, logger: silentLogger } as never);

test("what a cluster starts with is there, once, however often the server starts", async () => {
  const storage = await openStorage();
  const service = { clusterIP: "10.96.0.1", address: "192.0.2.1", port: 6443 };
  const first = await startServer({ storage, service });
  const names = async (path: string): Promise<string[]> =>
    (await call(first.transport, "GET", path)).json.items.map(
      ({ metadata }: { metadata: { name: string } }) => metadata.name,
    );
  assert.deepEqual(await names("/api/v1/namespaces"), ["default", "kube-node-lease", "kube-public", "kube-system"]);
  assert.deepEqual(await names("/apis/scheduling.k8s.io/v1/priorityclasses"), [
    "system-cluster-critical",
    "system-node-critical",
  ]);
  const kubernetes = await first.transport.request({
    verb: "get",
    resource: services,
    namespace: "default",
    name: "kubernetes",
  });
  assert.equal((kubernetes as { spec?: { clusterIP?: string } }).spec?.clusterIP, "10.96.0.1");
  const revision = await storage.revision();
  await first.stop();
  const second = await startServer({ storage, service: { ...service, address: "192.0.2.2" } });
  assert.ok((await storage.revision()) <= revision + 2, "only the endpoints have moved");
  const slice = await second.transport.request({
    verb: "get",
    resource: endpointSlices,
    namespace: "default",
    name: "kubernetes",
  });
  assert.deepEqual((slice as unknown as { endpoints: { addresses: string[] }[] }).endpoints[0]?.addresses, [
    "192.0.2.2",
  ]);
  await second.stop();
});

test("roles are repaired at start, unless told not to, and what users added stays", async () => {
  const storage = await openStorage();
  const first = await startServer({ storage });
  const on = { resource: clusterRoles, name: "view" };
  const view = (await first.transport.request<ClusterRole>({ verb: "get", ...on })) as ClusterRole;
  const custom = { verbs: ["get"], apiGroups: ["acme.com"], resources: ["rockets"] };
  await first.transport.request({ verb: "update", ...on, body: { ...view, rules: [custom] } });
  const patch = { rules: [], metadata: { annotations: { "rbac.authorization.kubernetes.io/autoupdate": "false" } } };
  await first.transport.request({
    verb: "patch",
    resource: clusterRoles,
    name: "edit",
    body: patch,
    patchType: "application/merge-patch+json",
  });
  await first.stop();
  const second = await startServer({ storage });
  const repaired = (await second.transport.request<ClusterRole>({ verb: "get", ...on })) as ClusterRole;
  assert.deepEqual(repaired.rules?.[0], custom);
  assert.ok(repaired.rules!.some(({ resources }) => resources?.includes("pods")));
  const edit = (await second.transport.request<ClusterRole>({
    verb: "get",
    resource: clusterRoles,
    name: "edit",
  })) as ClusterRole;
  assert.deepEqual(edit.rules ?? [], []);
  await second.stop();
});

test("a stopping server ends its watches, and can be stopped twice", async () => {
  const { server, pki, stop } = await startServer({ withoutPort: false });
  const client = connect(server.url, { ca: pki.caPem, cert: pki.admin.certPem, key: pki.admin.keyPem });
  const stream = client.request({ ":path": "/api/v1/namespaces?watch=1" });
  await new Promise((resolve) => stream.once("data", resolve));
  const ended = new Promise<void>((resolve) => stream.once("end", resolve));
  stream.resume();
  await Promise.all([server.stop(), server.stop(), ended]);
  client.destroy();
  await stop();
});

test("a client that leaves its watch behind is forgotten", async () => {
  const { server, pki, stop } = await startServer({ withoutPort: false });
  const client = connect(server.url, { ca: pki.caPem, cert: pki.admin.certPem, key: pki.admin.keyPem });
  const stream = client.request({ ":path": "/api/v1/namespaces?watch=1" });
  await new Promise((resolve) => stream.once("data", resolve));
  client.destroy();
  await stop();
});

test("stop before start does nothing", async () => {
  const { server, stop } = await startServer();
  await server.stop();
  await stop();
});

test("once started, every role is in force", async () => {
  const { server, stop } = await startServer();
  const scheduler = server.inProcess({ name: "system:kube-scheduler", groups: ["system:authenticated"] });
  assert.equal((await call(scheduler, "GET", "/api/v1/nodes")).status, 200);
  assert.equal((await call(scheduler, "GET", "/api/v1/secrets")).status, 403);
  const controller = { name: "system:serviceaccount:kube-system:replicaset-controller", groups: [] };
  assert.equal((await call(server.inProcess(controller), "GET", "/apis/apps/v1/replicasets")).status, 200);
  await stop();
});

test("renewed certificates are shown to new connections; open ones go on", async () => {
  const { server, pki, stop } = await startServer({ withoutPort: false });
  const credentials = { ca: pki.caPem, cert: pki.admin.certPem, key: pki.admin.keyPem };
  const open = connect(server.url, credentials);
  const shown = async (client: ClientHttp2Session): Promise<string> => {
    const stream = client.request({ ":path": "/readyz" });
    const status = await new Promise((resolve) => stream.once("response", (headers) => resolve(headers[":status"])));
    assert.equal(status, 200);
    stream.close();
    return (client.socket as TLSSocket).getPeerX509Certificate()!.fingerprint256;
  };
  const before = await shown(open);
  const apiserver = (await pki.kubelet("other", [])).serving;
  server.useCertificates({ ...pki, apiserver });
  assert.equal(await shown(open), before);
  const late = connect(server.url, credentials);
  assert.equal(await shown(late), new X509Certificate(apiserver.certPem).fingerprint256);
  open.destroy();
  late.destroy();
  await stop();
});
