/** Bad input gets upstream's error or event, and changes nothing else. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { after, before, describe, it } from "node:test";
import type { KubernetesList } from "@k8ts/api";
import type { Event, Pod } from "@k8ts/api/core/v1";
import { eventually, execute, TestCluster } from "./cluster.ts";

const number = 2;
const cluster = new TestCluster({ number });

const deployment = (name: string, edit: (manifest: Record<string, any>) => void): string => {
  const manifest = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "c", image: "nginx:1.7.9" }] },
      },
    },
  };
  edit(manifest);
  return JSON.stringify(manifest);
};

const pod = (name: string, container: object, spec: object = {}): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { containers: [{ name: "c", image: "busybox:1.36", ...container }], ...spec },
  });

/** A raw HTTPS request with the administrator's certificate. */
function raw(method: string, path: string, body: string | Buffer, contentType = "application/json") {
  const config = readFileSync(cluster.kubeconfig, "utf8");
  const data = (key: string): Buffer => Buffer.from(new RegExp(`${key}: (\\S+)`).exec(config)![1]!, "base64");
  return new Promise<{ status: number; body: any }>((resolve, reject) => {
    const call = httpsRequest(
      {
        host: "127.0.0.1",
        port: 20_000 + number * 10,
        method,
        path,
        ca: data("certificate-authority-data"),
        cert: data("client-certificate-data"),
        key: data("client-key-data"),
        headers: { "content-type": contentType, "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

async function eventMessages(name: string): Promise<string[]> {
  const list = await cluster.object<KubernetesList<Event>>([
    "events",
    "--field-selector",
    `involvedObject.name=${name}`,
  ]);
  return (list?.items ?? []).map((event) => `${event.type} ${event.reason}: ${event.message}`);
}

async function waitingReason(name: string): Promise<string | undefined> {
  const found = await cluster.object<Pod>(["pod", name]);
  return found?.status?.containerStatuses?.[0]?.state?.waiting?.reason;
}

/** kubectl's error for a manifest, by case. */
const refused: { name: string; manifest: string; error: RegExp }[] = [
  {
    name: "an unknown field",
    manifest: deployment("bad", (manifest) => (manifest["spec"].replica = 3)),
    error: /strict decoding error: unknown field "spec.replica"/,
  },
  {
    name: "a wrong type",
    manifest: deployment("bad", (manifest) => (manifest["spec"].replicas = "three")),
    error:
      /Deployment in version "v1" cannot be handled as a Deployment: .*cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32/,
  },
  {
    name: "a missing selector",
    manifest: deployment("bad", (manifest) => delete manifest["spec"].selector),
    error: /The Deployment "bad" is invalid: [^]*spec\.selector: Required value/,
  },
  {
    name: "a selector that does not match the template",
    manifest: deployment("bad", (manifest) => (manifest["spec"].selector.matchLabels = { app: "other" })),
    error: /spec\.template\.metadata\.labels: Invalid value: .*`selector` does not match template `labels`/,
  },
  {
    name: "a bad name",
    manifest: deployment("bad", (manifest) => (manifest["metadata"].name = "Bad_Name")),
    error: /metadata\.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of/,
  },
  {
    name: "negative replicas",
    manifest: deployment("bad", (manifest) => (manifest["spec"].replicas = -1)),
    error: /spec\.replicas: Invalid value: -1: must be greater than or equal to 0/,
  },
  {
    name: "a namespace that does not exist",
    manifest: deployment("bad", (manifest) => (manifest["metadata"].namespace = "nowhere")),
    error: /namespaces "nowhere" not found/,
  },
  {
    name: "a kind that does not exist",
    manifest: JSON.stringify({ apiVersion: "apps/v1", kind: "Deploy", metadata: { name: "bad" } }),
    error: /no matches for kind "Deploy" in version "apps\/v1"/,
  },
];

describe("bad input", { timeout: 600_000 }, () => {
  before(async () => {
    await cluster.up();
  });
  after(async () => {
    await cluster.down();
  });

  for (const { name, manifest, error } of refused) {
    it(`refuses ${name}`, async () => {
      const output = await cluster.kubectl(["create", "-f", "-"], manifest);
      assert.equal(output.code, 1);
      assert.match(output.stderr, error);
      assert.equal(await cluster.object(["deployment", "bad"]), undefined);
    });
  }

  it("refuses a name that is taken", async () => {
    await cluster.run(["create", "configmap", "taken"]);
    const again = await cluster.kubectl(["create", "configmap", "taken"]);
    assert.equal(again.stderr, 'error: failed to create configmap: configmaps "taken" already exists\n');
  });

  it("refuses a stale resourceVersion", async () => {
    await cluster.run(["create", "configmap", "stale", "--from-literal=a=1"]);
    const before = await cluster.run(["get", "configmap", "stale", "-o", "json"]);
    await cluster.run(["patch", "configmap", "stale", "-p", '{"data":{"a":"2"}}']);
    const output = await cluster.kubectl(["replace", "-f", "-"], before);
    assert.match(
      output.stderr,
      /Operation cannot be fulfilled on configmaps "stale": the object has been modified; please apply your changes to the latest version and try again/,
    );
    assert.equal(await cluster.run(["get", "configmap", "stale", "-o", "jsonpath={.data.a}"]), "2");
  });

  it("refuses malformed and oversized bodies, and goes on serving", async () => {
    const path = "/api/v1/namespaces/default/configmaps";
    const malformed = await raw("POST", path, '{"apiVersion":"v1","kind":');
    assert.equal(malformed.status, 400);
    assert.equal(malformed.body.reason, "BadRequest");
    const oversized = await raw("POST", path, `{"data":{"a":"${"x".repeat(4 * 1024 * 1024)}"}}`);
    assert.equal(oversized.status, 413);
    assert.equal(oversized.body.reason, "RequestEntityTooLarge");
    const deep = await raw("POST", path, `${"[".repeat(200_000)}${"]".repeat(200_000)}`);
    assert.equal(deep.status, 400);
    const hostile = await raw("POST", path, '{"metadata":{"name":"proto"},"data":{"__proto__":"x","constructor":"y"}}');
    assert.equal(hostile.status, 201);
    assert.equal(hostile.body.data.constructor, "y");
    const media = await raw("POST", path, "<a/>", "application/xml");
    assert.equal(media.status, 415);
    const garbage = await raw(
      "POST",
      path,
      Buffer.from("6b387300ffffffffff", "hex"),
      "application/vnd.kubernetes.protobuf",
    );
    assert.equal(garbage.status, 400);
    assert.match(await cluster.run(["get", "--raw", "/readyz"]), /^ok/);
  });

  it("reports an image that does not exist", async () => {
    await cluster.run(["create", "-f", "-"], pod("no-image", { image: "localhost:1/no/such:image" }));
    await eventually("ImagePullBackOff", async () => (await waitingReason("no-image")) === "ImagePullBackOff");
    const messages = (await eventMessages("no-image")).join("\n");
    assert.match(messages, /Normal Pulling: Pulling image "localhost:1\/no\/such:image"/);
    assert.match(messages, /Warning Failed: Failed to pull image "localhost:1\/no\/such:image": /);
    assert.match(messages, /Warning Failed: Error: ErrImagePull/);
  });

  it("reports a command that crashes", async () => {
    await cluster.run(["create", "-f", "-"], pod("crash", { command: ["sh", "-c", "echo last words; exit 3"] }));
    await eventually("CrashLoopBackOff", async () => (await waitingReason("crash")) === "CrashLoopBackOff");
    const found = await cluster.object<Pod>(["pod", "crash"]);
    const status = found!.status!.containerStatuses![0]!;
    assert.equal((status.lastState?.terminated ?? status.state?.terminated)?.exitCode, 3);
    assert.match(
      (await eventMessages("crash")).join("\n"),
      /Warning BackOff: Back-off restarting failed container c in pod crash_default\(/,
    );
    assert.match(await cluster.run(["logs", "crash", "--previous"]), /last words/);
  });

  it("reports a command that does not exist", async () => {
    await cluster.run(["create", "-f", "-"], pod("no-command", { command: ["/no/such/command"] }));
    await eventually("RunContainerError", async () =>
      /RunContainerError|CrashLoopBackOff/.test((await waitingReason("no-command")) ?? ""),
    );
    assert.match(
      (await eventMessages("no-command")).join("\n"),
      /Warning Failed: Error: failed to .*no such file or directory/,
    );
  });

  it("keeps a pod pending whose host port is in use", async () => {
    const ports = { command: ["sleep", "3600"], ports: [{ containerPort: 80, hostPort: 28_080 }] };
    await cluster.run(["create", "-f", "-"], pod("port-a", ports));
    await cluster.run(["wait", "--for=condition=Ready", "pod/port-a", "--timeout=60s"]);
    await cluster.run(["create", "-f", "-"], pod("port-b", ports));
    await eventually("FailedScheduling", async () =>
      (await eventMessages("port-b"))
        .join("\n")
        .includes(
          "Warning FailedScheduling: 0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
        ),
    );
    await cluster.run(["delete", "pod", "port-a", "--now"]);
    await cluster.run(["wait", "--for=condition=Ready", "pod/port-b", "--timeout=60s"]);
  });

  it("keeps a pod pending that asks for more than the node has", async () => {
    await cluster.run(["create", "-f", "-"], pod("huge", { resources: { requests: { cpu: "1000" } } }));
    await eventually("FailedScheduling", async () =>
      (await eventMessages("huge")).join("\n").includes("0/1 nodes are available: 1 Insufficient cpu."),
    );
  });

  it("stays unharmed: the daemon that served all this is the one that was started", async () => {
    const { stdout } = await execute("ps", ["-o", "pid=", "-p", String(cluster.pid)]);
    assert.equal(Number(stdout), cluster.pid);
    assert.doesNotMatch(cluster.log, /unhandled|uncaught/i);
  });
});
