import assert from "node:assert/strict";
import { createServer, type Server } from "node:https";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { once } from "node:events";
import { WebSocket } from "ws";
import { after, before, test } from "node:test";
import { nodes, pods } from "@k8ts/api/core/v1";
import { call, startServer, type ServerUnderTest } from "../../server-under-test.ts";
import { isGlobalUnicast, splitSchemeNamePort } from "./proxy.ts";

let under: ServerUnderTest;
let kubelet: Server;
const requests: { method: string; url: string; headers: Record<string, unknown>; peer: string }[] = [];

const core = "/api/v1/namespaces/default";
const pod = (name: string, containers: readonly string[], nodeName?: string): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: { containers: containers.map((one) => ({ name: one, image: "x" })), ...(nodeName && { nodeName }) },
});

/** A kubelet's server with canned answers; exec echoes bytes back after switching protocols. */
async function startKubelet(): Promise<Server> {
  const { serving } = await under.pki.kubelet("n1", ["127.0.0.1"]);
  const server = createServer({ cert: serving.certPem, key: serving.keyPem, ca: under.pki.caPem, requestCert: true });
  const note = (request: { method?: string; url?: string; headers: object; socket: unknown }): void => {
    const peer = (request.socket as { getPeerCertificate(): { subject?: { CN: string } } }).getPeerCertificate();
    requests.push({
      method: request.method!,
      url: request.url!,
      headers: { ...request.headers },
      peer: peer.subject?.CN ?? "",
    });
  };
  server.on("request", (request, response) => {
    note(request);
    if (request.url!.includes("/gone/")) response.writeHead(404).end("no such container");
    else if (request.url!.includes("/broken/")) response.writeHead(500).end("disk on fire");
    else response.writeHead(200, { "content-type": "text/plain" }).end("line one\nline two\n");
  });
  server.on("upgrade", (request, socket: Duplex, head: Buffer) => {
    note(request);
    if (request.url!.includes("command=refuse")) {
      socket.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 6\r\n\r\nno way");
      return;
    }
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\nConnection: Upgrade\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n",
    );
    if (head.length > 0) socket.write(head);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

before(async () => {
  const permissive = { admission: () => ({ admit: async () => {}, validate: async () => {} }) };
  under = await startServer({ withoutPort: false, ...permissive });
  kubelet = await startKubelet();
  const { port } = kubelet.address() as AddressInfo;
  const t = under.transport;
  const node = { metadata: { name: "n1" } };
  await t.request({ verb: "create", resource: nodes, body: node });
  const status = {
    addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  await t.request({
    verb: "patch",
    resource: nodes,
    name: "n1",
    subresource: "status",
    body: { status },
    patchType: "application/merge-patch+json",
  });
  for (const one of [
    pod("a", ["c"], "n1"),
    pod("gone", ["c"], "n1"),
    pod("broken", ["c"], "n1"),
    pod("many", ["c", "d"], "n1"),
    pod("unbound", ["c"]),
  ]) {
    await t.request({ verb: "create", resource: pods, namespace: "default", body: one });
  }
});
after(async () => {
  kubelet.closeAllConnections();
  kubelet.close();
  await under.stop();
});

test("logs come from the pod's kubelet, fetched with the server's own certificate", async () => {
  const answer = await call(
    under.transport,
    "GET",
    `${core}/pods/a/log?tailLines=5&follow=true&timestamps=1`,
    undefined,
    { authorization: "Bearer secret" },
  );
  assert.deepEqual([answer.status, answer.text], [200, "line one\nline two\n"]);
  assert.equal(answer.headers["content-type"], "text/plain");
  const request = requests.at(-1)!;
  assert.equal(request.url, "/containerLogs/default/a/c?follow=true&timestamps=true&tailLines=5&stream=All");
  assert.equal(request.peer, "kube-apiserver-kubelet-client");
  assert.equal(request.headers["authorization"], undefined, "credentials stay here");
});

// path, code, message
const refusals: readonly (readonly [string, number, string])[] = [
  ["pods/many/log", 400, "a container name must be specified for pod many, choose one of: [c d]"],
  ["pods/a/log?container=x", 400, "container x is not valid for pod a"],
  ["pods/gone/log", 404, "the server could not find the requested resource ( pods/log gone)"],
  ["pods/broken/log", 500, "Internal error occurred: disk on fire"],
  [
    "pods/a/log?tailLines=-1",
    422,
    'PodLogOptions "a" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    "pods/a/log?sinceSeconds=1&sinceTime=2020-01-01T00:00:00Z",
    422,
    'PodLogOptions "a" is invalid: : Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
  ],
  ["pods/unbound/exec?command=ls&stdout=1", 400, "pod unbound does not have a host assigned"],
  ["pods/a/exec?command=ls&stdout=1&container=x", 400, "container x is not valid for pod a"],
  ["pods/a/exec?command=ls&stdout=1", 400, "Upgrade request required"],
  ["pods/a/portforward?ports=0", 400, "invalid port 0: must be between 1 and 65535, inclusive"],
  ["pods/a/proxy/", 400, "address not allowed"],
  ["services/no:such:port:x/proxy/", 400, 'invalid service request "no:such:port:x"'],
];

for (const [path, code, message] of refusals) {
  test(`GET ${path}: ${message}`, async () => {
    const answer = await call(under.transport, "GET", `${core}/${path}`);
    assert.equal(answer.status, code, answer.text);
    assert.equal(answer.json.message, message);
  });
}

/** Speaks raw HTTP/1.1 to the server as the administrator. */
function raw(text: string, until: RegExp, then?: string, and?: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(under.server.url);
    const { caPem: ca, admin } = under.pki;
    const socket = connectTls({
      host: "127.0.0.1",
      port: Number(port),
      ca,
      cert: admin.certPem,
      key: admin.keyPem,
      ALPNProtocols: ["http/1.1"],
    });
    let got = "";
    let sent = false;
    socket.on("data", (data) => {
      got += data.toString();
      if (!until.test(got)) return;
      if (then !== undefined && !sent) {
        sent = true;
        socket.write(then);
      } else if (!and || and.test(got)) {
        resolve(got);
        socket.destroy();
      }
    });
    socket.on("error", reject);
    socket.on("end", () => resolve(got));
    socket.write(text);
  });
}

const upgrade = (path: string, more = ""): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n${more}Content-Length: 0\r\n\r\n`;

test("exec joins the client's connection to the kubelet's", async () => {
  const path = `${core}/pods/a/exec?command=sh&command=-c&command=echo%20hi&stdin=true&stdout=true&stderr=false`;
  const text = await raw(
    upgrade(
      path,
      "Authorization: Bearer secret\r\nImpersonate-User: kubernetes-admin\r\nImpersonate-Group: system:masters\r\n",
    ),
    /\r\n\r\n/,
    "bytes both ways",
    /bytes both ways/,
  );
  assert.match(text, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
  assert.match(text, /X-Stream-Protocol-Version: v4\.channel\.k8s\.io/);
  const request = requests.at(-1)!;
  assert.equal(request.method, "POST");
  assert.equal(request.url, "/exec/default/a/c?input=1&output=1&command=sh&command=-c&command=echo+hi");
  assert.equal(request.headers["authorization"], undefined);
  assert.equal(request.headers["impersonate-user"], undefined);
});

test("port-forward names no container, and a kubelet's refusal is passed on", async () => {
  await raw(upgrade(`${core}/pods/many/portforward`), /\r\n\r\n/);
  assert.equal(requests.at(-1)!.url, "/portForward/default/many");
  const refused = await raw(upgrade(`${core}/pods/a/exec?command=refuse&stdout=1`), /no way/);
  assert.match(refused, /^HTTP\/1\.1 400 /);
});

test("an upgrade that may not be is refused in HTTP", async () => {
  const headers = "Impersonate-User: nobody\r\n";
  const text = await raw(upgrade(`${core}/pods/a/exec?command=ls&stdout=1`, headers), /"code":403/);
  assert.match(text, /^HTTP\/1\.1 403 Forbidden/);
});

test("a kubelet that cannot be reached is a 500 that says so", async () => {
  const node = { metadata: { name: "n2" } };
  await under.transport.request({ verb: "create", resource: nodes, body: node });
  const status = {
    addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
    daemonEndpoints: { kubeletEndpoint: { Port: 1 } },
  };
  await under.transport.request({
    verb: "patch",
    resource: nodes,
    name: "n2",
    subresource: "status",
    body: { status },
    patchType: "application/merge-patch+json",
  });
  await under.transport.request({
    verb: "create",
    resource: pods,
    namespace: "default",
    body: pod("far", ["c"], "n2"),
  });
  const answer = await call(under.transport, "GET", `${core}/pods/far/log`);
  assert.equal(answer.status, 500);
  const exec = await raw(upgrade(`${core}/pods/far/exec?command=ls&stdout=1`), /"code":500/);
  assert.match(exec, /error dialing backend: dial tcp 127\.0\.0\.1:1: connect: connection refused/);
  assert.match(
    answer.json.message,
    /^Get "https:\/\/127\.0\.0\.1:1\/containerLogs\/.*": dial tcp 127\.0\.0\.1:1: connect: connection refused$/,
  );
});

const outside = Object.values(networkInterfaces())
  .flat()
  .find((one) => one && !one.internal && one.family === "IPv4");

test(
  "pods/proxy forwards method, path, query and body",
  { skip: !outside && "this machine has only loopback addresses" },
  async () => {
    const backend = createHttpServer((request, response) => {
      let body = "";
      request.on("data", (data) => (body += data));
      request.on("end", () => {
        if (request.url === "/move") response.writeHead(302, { location: "/there" }).end();
        else
          response.end(`${request.method} ${request.url} ${body} ${request.headers["x-forwarded-for"] !== undefined}`);
      });
    });
    await new Promise<void>((resolve) => backend.listen(0, outside!.address, resolve));
    const { port } = backend.address() as AddressInfo;
    try {
      await under.transport.request({
        verb: "create",
        resource: pods,
        namespace: "default",
        body: pod("web", ["c"], "n1"),
      });
      const status = { podIP: outside!.address, podIPs: [{ ip: outside!.address }] };
      await under.transport.request({
        verb: "patch",
        resource: pods,
        namespace: "default",
        name: "web",
        subresource: "status",
        body: { status },
        patchType: "application/merge-patch+json",
      });
      const posted = await call(under.transport, "POST", `${core}/pods/web:${port}/proxy/a%20b/c?d=e`, "body");
      assert.equal(posted.text, "POST /a%20b/c?d=e body true");
      const slash = await call(under.transport, "GET", `${core}/pods/web:${port}/proxy`);
      assert.deepEqual([slash.status, slash.headers["location"]], [301, `${core}/pods/web:${port}/proxy/`]);
      const moved = await call(under.transport, "GET", `${core}/pods/web:${port}/proxy/move`);
      assert.equal(moved.headers["location"], `${core}/pods/web:${port}/proxy/there`);
    } finally {
      backend.close();
    }
  },
);

test("proxy targets are read as upstream reads them", () => {
  assert.deepEqual(splitSchemeNamePort("a"), { scheme: "http", name: "a", port: "" });
  assert.deepEqual(splitSchemeNamePort("a:80"), { scheme: "http", name: "a", port: "80" });
  assert.deepEqual(splitSchemeNamePort("https:a:443"), { scheme: "https", name: "a", port: "443" });
  assert.deepEqual(splitSchemeNamePort(":a:80"), { scheme: "http", name: "a", port: "80" });
  for (const bad of ["", ":80", "ftp:a:80", "a:b:c:d", "http::80"])
    assert.equal(splitSchemeNamePort(bad), undefined, bad);
});

test("a proxy reaches no address that is this machine's own, link-local or multicast", () => {
  for (const ip of [
    "127.0.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "fe80::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "x",
  ]) {
    assert.ok(!isGlobalUnicast(ip), ip);
  }
  for (const ip of ["10.0.0.1", "192.168.1.1", "fd00::1", "2001:db8::1"]) assert.ok(isGlobalUnicast(ip), ip);
});

/** What a WebSocket on a pod's log brings: the protocol that was agreed on, and the messages until it closes. */
async function logOverWebSocket(
  path: string,
  offered: string[],
): Promise<{ protocol: string; text: string; code: number }> {
  const { certPem: cert, keyPem: key } = under.pki.admin;
  const url = `${under.server.url.replace("https:", "wss:")}${core}/${path}`;
  const socket = new WebSocket(url, offered, { ca: under.pki.caPem, cert, key });
  let text = "";
  socket.on("message", (data: Buffer, binary) => {
    text += binary ? data.toString() : Buffer.from(data.toString(), "base64").toString();
  });
  const [code] = (await once(socket, "close")) as [number];
  return { protocol: socket.protocol, text, code };
}

for (const offered of [[], ["binary.k8s.io"], ["base64.binary.k8s.io"]]) {
  test(`a log over a WebSocket: ${offered[0] ?? "no protocol"}`, async () => {
    const { protocol, text, code } = await logOverWebSocket("pods/a/log?follow=true", offered);
    assert.deepEqual([protocol, text, code], [offered[0] ?? "", "line one\nline two\n", 1000]);
  });
}
