import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpsRequest } from "node:https";
import { after, before, describe, it } from "node:test";
import { readText } from "../streaming/index.ts";
import { subresourcesFor } from "./auth.ts";
import { overWebSocket, rawConnection, serveKubelet, upgradeToSpdy, type ServingKubelet } from "./serving.fixture.ts";

let kubelet: ServingKubelet;
before(async () => {
  kubelet = await serveKubelet();
});
after(() => kubelet.stop());

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` }, cert: undefined, key: undefined });

describe("who may speak to the kubelet", () => {
  it("is told by a client certificate, its groups among it", async () => {
    assert.equal((await kubelet.get("/pods")).status, 200);
    const asked = kubelet.reviews.at(-1)!;
    assert.deepEqual([asked.user, asked.groups], ["admin", ["system:masters", "second", "system:authenticated"]]);
    const attributes = { verb: "get", version: "v1", resource: "nodes", subresource: "pods", name: "node-1" };
    assert.deepEqual(asked.resourceAttributes, attributes);
  });

  for (const [what, options, status, body] of [
    ["nobody", { cert: undefined, key: undefined }, 401, "Unauthorized"],
    ["a token nobody knows", bearer("bad"), 401, "Unauthorized"],
    ["a good token", bearer("good"), 200, undefined],
    [
      "one who may not",
      bearer("weak"),
      403,
      "Forbidden (user=eve, verb=get, resource=nodes, subresource(s)=[pods proxy])",
    ],
  ] as const) {
    it(`: ${what}`, async () => {
      const answer = await kubelet.get("/pods", options);
      assert.equal(answer.status, status);
      if (body !== undefined) assert.equal(answer.body, body);
    });
  }

  it(": nobody by another CA's certificate", async () => {
    assert.equal((await kubelet.get("/pods", kubelet.pki.stranger)).status, 401);
  });

  it("is remembered for a while", async () => {
    await kubelet.get("/pods", bearer("good"));
    const before = kubelet.reviews.length;
    await kubelet.get("/pods", bearer("good"));
    assert.equal(kubelet.reviews.length, before);
  });

  for (const [path, subresources] of [
    ["/pods", ["pods", "proxy"]],
    ["/healthz/ping", ["healthz", "proxy"]],
    ["/stats/summary", ["stats"]],
    ["/metrics/resource", ["metrics"]],
    ["/metricsx", ["proxy"]],
    ["/containerLogs/a/b/c", ["proxy"]],
  ] as const) {
    it(`needs nodes/${subresources.join(" or nodes/")} for ${path}`, () =>
      assert.deepEqual(subresourcesFor(path), subresources));
  }
});

describe("plain requests", () => {
  it("list pods, and what runs of them", async () => {
    const pods = JSON.parse((await kubelet.get("/pods")).body);
    assert.deepEqual([pods.kind, pods.items[0].metadata.name, pods.items[0].kind], ["PodList", "web", undefined]);
    const running = JSON.parse((await kubelet.get("/runningpods/")).body);
    assert.deepEqual(
      running.items[0].spec.containers.map(({ name }: { name: string }) => name),
      ["main", "server"],
    );
  });

  it("tell what is used", async () => {
    const { node, pods } = JSON.parse((await kubelet.get("/stats/summary")).body);
    assert.deepEqual([node.nodeName, node.memory.workingSetBytes, node.fs.inodes], ["node-1", 10, 3]);
    assert.deepEqual(pods[0].podRef, { name: "web", namespace: "default", uid: "uid-1" });
    assert.equal(pods[0].memory.workingSetBytes, 20 * 1024 * 1024);
    const text = (await kubelet.get("/metrics/resource")).body;
    assert.match(text, /^node_cpu_usage_seconds_total 2 1000000$/m);
    assert.match(
      text,
      /^container_memory_working_set_bytes\{container="main",namespace="default",pod="web"\} 10485760 \d+$/m,
    );
    assert.match(text, /^pod_memory_working_set_bytes\{namespace="default",pod="web"\} 20971520 \d+$/m);
    assert.equal((await kubelet.get("/metrics")).body, "metric 1\n");
  });

  it("tell whether it is well", async () => {
    assert.equal((await kubelet.get("/healthz")).body, "ok");
    kubelet.unhealthy = "the loop is stuck";
    const { status, body } = await kubelet.get("/healthz/syncloop");
    kubelet.unhealthy = undefined;
    assert.deepEqual([status, body], [500, "internal server error: the loop is stuck\n"]);
    assert.equal((await kubelet.get("/healthz/nothing")).status, 404);
  });

  it("run a command without streams", async () => {
    const { status, body } = await kubelet.get("/run/default/web/main?cmd=echo+hello", { method: "POST" });
    assert.deepEqual([status, body], [200, "hello\n"]);
    assert.equal((await kubelet.get("/run/default/web/main?cmd=false", { method: "POST" })).status, 500);
  });

  for (const [path, status] of [
    ["/", 404],
    ["/nothing", 404],
    ["/pods/x", 404],
    ["/constructor", 404],
    ["/containerLogs/default/%zz/x", 400],
    ["/exec/default/web/main?command=x&output=1", 400],
  ] as const) {
    it(`answer ${status} to ${path}`, async () => assert.equal((await kubelet.get(path)).status, status));
  }

  it("must be HTTP", async () => {
    const socket = await rawConnection(kubelet);
    socket.write("hello\r\n\r\n");
    assert.match(await readText(socket, 1000), /^HTTP\/1.1 400 /);
  });
});

describe("container logs", () => {
  const get = (query: string, container = "main") => kubelet.get(`/containerLogs/default/web/${container}${query}`);

  it("are written as they were", async () => {
    const { status, headers, body } = await get("");
    assert.deepEqual([status, headers["content-type"], body], [200, "text/plain", "one\ntwo\nthree\n"]);
    assert.equal((await get("?tailLines=1")).body, "three\n");
    assert.equal((await get("?stream=Stderr")).body, "two\n");
    assert.match((await get("?timestamps=true&limitBytes=35")).body, /^\d{4}-\S+\.\d{9}Z one\n/);
  });

  for (const [what, path, status, body] of [
    ["a pod that is not there", "/containerLogs/default/none/main", 404, 'pod "none" does not exist'],
    [
      "a container that is not there",
      "/containerLogs/default/web/none",
      404,
      'container "none" not found in pod "web"',
    ],
    [
      "a container that could not be pulled",
      "/containerLogs/default/web/waiting",
      400,
      'container "waiting" in pod "web" is waiting to start: trying and failing to pull image',
    ],
    ["no status yet", "/containerLogs/default/web/unknown", 400, 'container "unknown" in pod "web" is not available'],
    [
      "no container before it",
      "/containerLogs/default/web/main?previous=true",
      400,
      'previous terminated container "main" in pod "web" not found',
    ],
    ["a wrong number", "/containerLogs/default/web/main?tailLines=x", 400, '{"message": "Unable to decode query."}'],
    ["a negative number", "/containerLogs/default/web/main?tailLines=-1", 422, '{"message": "Invalid request."}'],
    [
      "both since",
      "/containerLogs/default/web/main?sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z",
      422,
      '{"message": "Invalid request."}',
    ],
  ] as const) {
    it(`say of ${what}: ${body}`, async () => {
      const answer = await kubelet.get(path);
      assert.deepEqual([answer.status, answer.body], [status, body]);
    });
  }

  it("are followed until the container has ended", async () => {
    const { server, pki, runtime, ids } = kubelet;
    const path = "/containerLogs/default/web/server?follow=true";
    const call = httpsRequest({ host: "127.0.0.1", port: server.port, path, ca: pki.ca, ...pki.admin, agent: false });
    call.end();
    const [response] = await once(call, "response");
    assert.equal(response.statusCode, 200);
    const { logPath } = await runtime.containerStatus(ids["server"]!);
    const body = readText(response, 1000);
    runtime.logs.append(logPath, Buffer.from("2026-01-01T00:00:00Z stdout F serving\n"));
    await runtime.stopContainer(ids["server"]!, 0);
    assert.equal(await body, "serving\n");
  });
});

/** What a WebSocket got, by channel. */
const exitedWith = (code: number): object => ({
  metadata: {},
  status: "Failure",
  message: `command terminated with non-zero exit code: exit status ${code}`,
  reason: "NonZeroExitCode",
  details: { causes: [{ reason: "ExitCode", message: String(code) }] },
});

describe("exec over WebSocket", () => {
  const script = encodeURIComponent("cat; echo err >&2; exit 7");
  const path = `/exec/default/web/main?command=sh&command=-c&command=${script}&input=1&output=1&error=1`;

  it("v5: ends stdin by CLOSE, tells streams apart and the exit code", async () => {
    const { protocol, channels, code } = await overWebSocket(
      kubelet,
      path,
      ["v5.channel.k8s.io", "v4.channel.k8s.io"],
      (socket) => {
        socket.send(Buffer.from("\0hel"));
        socket.send(Buffer.from("\0lo"));
        socket.send(Buffer.from([255, 0]));
      },
    );
    assert.deepEqual([protocol, channels[1], channels[2], code], ["v5.channel.k8s.io", "hello", "err\n", 1000]);
    assert.deepEqual(JSON.parse(channels[3]!), exitedWith(7));
  });

  const quick = "/exec/default/web/main?command=sh&command=-c&command=echo%20hi%3B%20exit%203&output=1";
  it("v4, as base64", async () => {
    const { channels } = await overWebSocket(kubelet, quick, ["v4.base64.channel.k8s.io"]);
    assert.deepEqual([channels[1], JSON.parse(channels[3]!)], ["hi\n", exitedWith(3)]);
  });

  for (const protocols of [["v3.channel.k8s.io"], ["channel.k8s.io"], []]) {
    it(`${protocols[0] ?? "no protocol"}: tells a failure in words`, async () => {
      const { channels } = await overWebSocket(kubelet, quick, protocols);
      const message = "command terminated with non-zero exit code: exit status 3";
      assert.deepEqual([channels[1], channels[3]], ["hi\n", message]);
    });
  }

  it("takes long commands", async () => {
    const { channels } = await overWebSocket(kubelet, `${quick}&command=${"x".repeat(100_000)}`, ["v5.channel.k8s.io"]);
    assert.equal(channels[1], "hi\n");
  });

  it("tells why a container could not be attached to", async () => {
    kubelet.runtime.attach = async () => {
      throw new Error("container is not running");
    };
    try {
      const { channels } = await overWebSocket(kubelet, "/attach/default/web/main?output=1", ["v5.channel.k8s.io"]);
      const message = "Internal error occurred: error attaching to container: container is not running";
      assert.equal(JSON.parse(channels[3]!).message, message);
    } finally {
      delete (kubelet.runtime as { attach?: unknown }).attach;
    }
  });

  it("tells why a command could not be run", async () => {
    const { channels } = await overWebSocket(kubelet, "/exec/default/web/main?command=nope&output=1", [
      "v5.channel.k8s.io",
    ]);
    const { message, reason, code } = JSON.parse(channels[3]!);
    assert.match(
      message,
      /^Internal error occurred: error executing command in container: .*exec: "nope": executable file not found/,
    );
    assert.deepEqual([reason, code], ["InternalError", 500]);
  });

  for (const [what, where, protocols, status] of [
    ["a protocol nobody speaks", quick, ["v9.channel.k8s.io"], 403],
    ["no stream at all", "/exec/default/web/main?command=x", ["v5.channel.k8s.io"], 400],
    ["no command", "/exec/default/web/main?output=1", ["v5.channel.k8s.io"], 400],
    ["a pod that is not there", "/exec/default/none/main?command=x&output=1", ["v5.channel.k8s.io"], 404],
    ["a container that does not run", "/exec/default/web/waiting?command=x&output=1", ["v5.channel.k8s.io"], 500],
    ["another pod of that name", "/exec/default/web/other-uid/main?command=x&output=1", ["v5.channel.k8s.io"], 500],
  ] as const) {
    it(`refuses ${what} with ${status}`, () =>
      assert.rejects(overWebSocket(kubelet, where, [...protocols]), {
        message: `Unexpected server response: ${status}`,
      }));
  }

  it("survives messages that make no sense", async () => {
    const { code } = await overWebSocket(kubelet, path, ["v5.channel.k8s.io"], (socket) => {
      for (const bytes of [[], [9, 1, 2], [1, 65], [4, 123, 0], [255, 77], [255]]) socket.send(Buffer.from(bytes));
    });
    assert.equal(code, 1002);
  });

  it("lets a hundred run at once", async () => {
    const all = Array.from({ length: 100 }, (_each, index) =>
      overWebSocket(kubelet, `/exec/default/web/main?command=echo&command=${index}&output=1`, ["v5.channel.k8s.io"]),
    );
    const texts = (await Promise.all(all)).map(({ channels }) => channels[1]);
    assert.deepEqual(
      texts,
      Array.from({ length: 100 }, (_each, index) => `${index}\n`),
    );
  });
});

describe("exec and attach over SPDY", () => {
  const path = "/exec/default/web/main?command=cat&input=1&output=1";

  it("agree on a protocol and carry all streams", async () => {
    const upgraded = await upgradeToSpdy(kubelet, path, "v5.channel.k8s.io, v4.channel.k8s.io");
    assert.ok("session" in upgraded);
    assert.equal(upgraded.protocol, "v4.channel.k8s.io");
    const { session } = upgraded;
    const [error, stdin, stdout] = ["error", "stdin", "stdout"].map((streamtype) => session.openStream({ streamtype }));
    stdin!.end("hello");
    assert.equal(await readText(stdout!, 100), "hello");
    assert.deepEqual(JSON.parse(await readText(error!, 1000)), { metadata: {}, status: "Success" });
  });

  it("end a command that never reads what it is fed", async () => {
    const quick = "/exec/default/web/main?command=echo&command=done&input=1&output=1";
    const upgraded = await upgradeToSpdy(kubelet, quick, "v4.channel.k8s.io");
    assert.ok("session" in upgraded);
    const { session } = upgraded;
    const [error, stdin, stdout] = ["error", "stdin", "stdout"].map((streamtype) => session.openStream({ streamtype }));
    for (let index = 0; index < 100; index++) stdin!.write(Buffer.alloc(256 * 1024));
    assert.equal(await readText(stdout!, 100), "done\n");
    assert.equal(JSON.parse(await readText(error!, 1000)).status, "Success");
    await session.closed;
  });

  it("refuse protocols that nobody speaks", async () => {
    const refused = await upgradeToSpdy(kubelet, path, "v9.channel.k8s.io");
    assert.ok("status" in refused);
    assert.equal(refused.status, 403);
    assert.match(refused.body, /unable to negotiate protocol: client supports \[v9.channel.k8s.io\]/);
  });

  it("join a container's own process", async () => {
    const upgraded = await upgradeToSpdy(kubelet, "/attach/default/web/main?input=1&output=1", "v4.channel.k8s.io");
    assert.ok("session" in upgraded);
    const [, stdin, stdout] = ["error", "stdin", "stdout"].map((type) =>
      upgraded.session.openStream({ streamtype: type }),
    );
    stdin!.write("over attach");
    const [chunk] = await once(stdout!, "data");
    assert.equal(String(chunk), "over attach");
    upgraded.session.destroy();
  });

  it("let go of the command when the client breaks the connection", async () => {
    const upgraded = await upgradeToSpdy(kubelet, path, "v4.channel.k8s.io");
    assert.ok("session" in upgraded);
    for (const streamtype of ["error", "stdin", "stdout"]) upgraded.session.openStream({ streamtype });
    upgraded.session.destroy();
    await upgraded.session.closed;
  });
});

it("stops with connections open", async () => {
  const own = await serveKubelet();
  const upgraded = await upgradeToSpdy(own, "/exec/default/web/main?command=cat&input=1&output=1", "v4.channel.k8s.io");
  assert.ok("session" in upgraded);
  await own.stop();
  await own.stop();
  await upgraded.session.closed;
});
