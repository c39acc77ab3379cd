/** From specs to what the runtime is given: variables, DNS, names, resources, security. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, Pod } from "@k8ts/api/core/v1";
import { podOf } from "../testing/observed.ts";
import { containerResources, milliCpuToQuota, milliCpuToShares, oomScoreAdjust } from "./container-resources.ts";
import { containerEnvironment, type EnvironmentSources } from "./environment.ts";
import { parseEnvFile } from "./env-file.ts";
import { expandReferences } from "./expansion.ts";
import { fieldValue, resourceValue } from "./field-reference.ts";
import { kernelHostname, podHostname } from "./hostname.ts";
import { podHostsFile } from "./hosts-file.ts";
import { parseResolvConf, podDns } from "./pod-dns.ts";
import { sandboxConfig } from "./sandbox-config.ts";
import { containerSecurityContext, verifyRunAsNonRoot } from "./security-context.ts";
import { linkedServices, serviceEnvironment } from "./service-environment.ts";

test("references are expanded, escaped and left alone as upstream does", () => {
  const lookup = (name: string): string | undefined => ({ A: "1", B: "$(A)" })[name];
  for (const [text, expected] of [
    ["$(A)", "1"],
    ["x$(A)y$(A)", "x1y1"],
    ["$$(A)", "$(A)"],
    ["$$$(A)", "$1"],
    ["$(C)", "$(C)"],
    ["$(B)", "$(A)"],
    ["$(A", "$(A"],
    ["$A $", "$A $"],
    ["$$$$(A)", "$$(A)"],
    ["$()", "$()"],
    ["plain", "plain"],
  ] as const)
    assert.equal(expandReferences(text, lookup), expected, text);
});

const sources: EnvironmentSources = {
  configMap: async (_, name) =>
    name === "map" ? { apiVersion: "v1", kind: "ConfigMap", metadata: {}, data: { a: "1", b: "2" } } : undefined,
  secret: async (_, name) =>
    name === "secret" ? { apiVersion: "v1", kind: "Secret", metadata: {}, data: { key: "c2VjcmV0" } } : undefined,
  volumeFile: async () => "FROM_FILE='found'\n",
};
const facts = { podIPs: ["10.1.0.2", "fd00::2"], hostIPs: ["192.168.0.1"], allocatable: { cpu: "4", memory: "8Gi" } };

async function environment(container: Partial<Container>): Promise<Record<string, string>> {
  const pod = podOf(["a"]);
  const services = new Map([
    ["SERVICE", "s"],
    ["A", "service"],
  ]);
  const variables = await containerEnvironment({
    pod,
    container: { name: "a", ...container },
    services,
    facts,
    sources,
  });
  return Object.fromEntries(variables.map(({ key, value }) => [key, value]));
}

test("environment: order, prefixes, references and sources", async () => {
  const variables = await environment({
    envFrom: [{ prefix: "P_", configMapRef: { name: "map" } }, { secretRef: { name: "secret" } }],
    env: [
      { name: "A", value: "own" },
      { name: "B", value: "$(A)-$(P_a)-$(SERVICE)-$(LATER)" },
      { name: "LATER", valueFrom: { fieldRef: { fieldPath: "status.podIPs" } } },
      { name: "F", valueFrom: { fileKeyRef: { volumeName: "v", path: "f", key: "FROM_FILE" } } },
      { name: "S", valueFrom: { secretKeyRef: { name: "secret", key: "key" } } },
      { name: "NONE", valueFrom: { configMapKeyRef: { name: "absent", key: "x", optional: true } } },
      { name: "EMPTY" },
    ],
  });
  assert.deepEqual(variables, {
    P_a: "1",
    P_b: "2",
    key: "secret",
    A: "own",
    B: "own-1-s-$(LATER)",
    LATER: "10.1.0.2,fd00::2",
    F: "found",
    S: "secret",
    EMPTY: "",
    SERVICE: "s",
  });
});

test("environment: what is missing is said in upstream's words", async () => {
  for (const [container, message] of [
    [{ envFrom: [{ configMapRef: { name: "absent" } }] }, 'configmap "absent" not found'],
    [{ envFrom: [{ secretRef: { name: "absent" } }] }, 'secret "absent" not found'],
    [
      { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "map", key: "x" } } }] },
      "couldn't find key x in ConfigMap default/map",
    ],
    [
      { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "secret", key: "x" } } }] },
      "couldn't find key x in Secret default/secret",
    ],
    [
      { env: [{ name: "A", valueFrom: { fileKeyRef: { volumeName: "v", path: "f", key: "X" } } }] },
      'environment variable key "X" not found in file "f"',
    ],
  ] as const)
    await assert.rejects(environment(container as unknown as Partial<Container>), { message });
});

test("env files", () => {
  assert.deepEqual(
    [...parseEnvFile("# note\n\nA='1'\nB='two words' # why\nC='x\ny'\n")],
    [
      ["A", "1"],
      ["B", "two words"],
      ["C", "x\ny"],
    ],
  );
  assert.throws(() => parseEnvFile("A=1"));
  assert.throws(() => parseEnvFile("A='1"));
});

test("field and resource references", () => {
  const resources = { requests: { cpu: "250m" }, limits: { memory: "64Mi" } };
  const pod: Pod = podOf([{ name: "a", resources }]);
  pod.metadata.labels = { b: 'say "hi"', a: "1" };
  assert.equal(fieldValue(pod, "metadata.labels", facts), 'a="1"\nb="say \\"hi\\""');
  assert.equal(fieldValue(pod, "metadata.labels['a']", facts), "1");
  assert.equal(fieldValue(pod, "metadata.annotations['none']", facts), "");
  assert.throws(() => fieldValue(pod, "spec.nonsense", facts), /unsupported fieldPath: spec\.nonsense/);
  const value = (resource: string, divisor?: string) =>
    resourceValue(pod, pod.spec!.containers[0], { resource, divisor }, facts);
  assert.equal(value("requests.cpu"), "1");
  assert.equal(value("requests.cpu", "1m"), "250");
  assert.equal(value("limits.cpu"), "4");
  assert.equal(value("limits.memory", "1Mi"), "64");
  assert.equal(value("limits.memory", "1Gi"), "1");
});

test("services become variables", () => {
  const service = (name: string, namespace: string, clusterIP: string) => ({
    apiVersion: "v1" as const,
    kind: "Service" as const,
    metadata: { name, namespace },
    spec: {
      clusterIP,
      ports: [
        { name: "web-ui", port: 80 },
        { name: "dns", port: 53, protocol: "UDP" },
      ],
    },
  });
  const all = [
    service("kubernetes", "default", "10.96.0.1"),
    service("my-app", "apps", "10.96.0.2"),
    service("headless", "apps", "None"),
  ];
  assert.deepEqual(
    linkedServices(all, "apps", false).map(({ metadata }) => metadata.name),
    ["kubernetes"],
  );
  const variables = serviceEnvironment(linkedServices(all, "apps", true));
  assert.equal(variables.get("KUBERNETES_SERVICE_HOST"), "10.96.0.1");
  assert.equal(variables.get("MY_APP_SERVICE_PORT_WEB_UI"), "80");
  assert.equal(variables.get("MY_APP_PORT"), "tcp://10.96.0.2:80");
  assert.equal(variables.get("MY_APP_PORT_53_UDP_PROTO"), "udp");
  assert.equal(variables.has("HEADLESS_SERVICE_HOST"), false);
});

test("hostnames and /etc/hosts", () => {
  const pod = podOf(["a"], {
    hostname: "db-0",
    subdomain: "db",
    hostAliases: [{ ip: "1.2.3.4", hostnames: ["x", "y"] }],
  });
  const name = podHostname(pod, "cluster.local");
  assert.deepEqual(name, { hostname: "db-0", domain: "db.default.svc.cluster.local" });
  assert.equal(kernelHostname(pod, name), "db-0");
  pod.spec!.setHostnameAsFQDN = true;
  assert.equal(kernelHostname(pod, name), "db-0.db.default.svc.cluster.local");
  const text = podHostsFile(pod, ["10.1.0.2"], name);
  assert.match(text, /^# Kubernetes-managed hosts file\.\n127\.0\.0\.1\tlocalhost\n/);
  assert.match(text, /10\.1\.0\.2\tdb-0\.db\.default\.svc\.cluster\.local\tdb-0\n/);
  assert.match(text, /\n# Entries added by HostAliases\.\n1\.2\.3\.4\tx\ty\n$/);
  pod.metadata.name = "a".repeat(80);
  delete pod.spec!.hostname;
  assert.equal(podHostname(pod, "").hostname.length, 63);
});

test("DNS policies", () => {
  const node = parseResolvConf("# note\nnameserver 8.8.8.8\nsearch corp.example. .\noptions timeout:1 ndots:2\n");
  assert.deepEqual(node, { servers: ["8.8.8.8"], searches: ["corp.example"], options: ["timeout:1", "ndots:2"] });
  const cluster = { clusterDNS: ["10.96.0.10"], clusterDomain: "cluster.local" };
  const dns = (spec: Parameters<typeof podOf>[1]) => podDns(podOf(["a"], spec), cluster, node).settings;
  const ofCluster = {
    servers: ["10.96.0.10"],
    searches: ["default.svc.cluster.local", "svc.cluster.local", "cluster.local", "corp.example"],
    options: ["ndots:5"],
  };
  assert.deepEqual(dns({ dnsPolicy: "ClusterFirst" }), ofCluster);
  assert.deepEqual(dns({ dnsPolicy: "ClusterFirst", hostNetwork: true }), node);
  assert.deepEqual(dns({ dnsPolicy: "ClusterFirstWithHostNet", hostNetwork: true }), ofCluster);
  assert.deepEqual(dns({ dnsPolicy: "Default" }), node);
  const dnsConfig = {
    nameservers: ["1.1.1.1"],
    searches: ["mine"],
    options: [{ name: "ndots", value: "1" }, { name: "edns0" }],
  };
  assert.deepEqual(dns({ dnsPolicy: "None", dnsConfig }), {
    servers: ["1.1.1.1"],
    searches: ["mine"],
    options: ["ndots:1", "edns0"],
  });
  assert.deepEqual(dns({ dnsPolicy: "ClusterFirst", dnsConfig }).options, ["ndots:1", "edns0"]);
  const many = podDns(
    podOf(["a"], { dnsPolicy: "None", dnsConfig: { nameservers: ["1", "2", "3", "4"] } }),
    cluster,
    node,
  );
  assert.deepEqual(many.settings.servers, ["1", "2", "3"]);
  assert.equal(many.warnings[0]?.reason, "DNSConfigForming");
  const none = podDns(podOf(["a"]), { clusterDNS: [], clusterDomain: "" }, node);
  assert.equal(none.warnings[0]?.reason, "MissingClusterDNS");
  assert.deepEqual(none.settings, node);
});

test("cpu and memory as the kernel takes them", () => {
  assert.deepEqual([0, 1, 100, 1000, 300_000].map(milliCpuToShares), [2, 2, 102, 1024, 262_144]);
  assert.deepEqual(
    [0, 1, 250, 2000].map((milli) => milliCpuToQuota(milli)),
    [0, 1000, 25_000, 200_000],
  );
  const of = (resources: Container["resources"]) =>
    containerResources(podOf([{ name: "a", resources }]), { name: "a", resources }, 10 * 2 ** 30);
  assert.deepEqual(of({ limits: { cpu: "500m", memory: "1Gi" } }), {
    cpuShares: 512,
    cpuPeriod: 100_000,
    cpuQuota: 50_000,
    memoryLimitInBytes: 2 ** 30,
    oomScoreAdj: -997,
  });
  assert.deepEqual(of(undefined), { cpuShares: 2, cpuPeriod: 100_000, cpuQuota: 0, oomScoreAdj: 1000 });
  assert.equal(of({ requests: { memory: "1Gi" } }).oomScoreAdj, 900);
  assert.equal(of({ requests: { cpu: "1m" } }).oomScoreAdj, 999);
  assert.equal(of({ requests: { memory: "10Gi" } }).oomScoreAdj, 3);
  const critical = podOf(["a"], { priority: 2_000_001_000 });
  assert.equal(oomScoreAdjust(critical, critical.spec!.containers[0]!, 2 ** 30), -997);
});

test("sysctls, ports and log directory of a sandbox", () => {
  const pod = podOf([{ name: "a", ports: [{ containerPort: 80, hostPort: 8080 }] }], {
    securityContext: {
      sysctls: [
        { name: "net/ipv4/tcp_syncookies", value: "1" },
        { name: "net.ipv4.conf.eth0/1.rp_filter", value: "0" },
      ],
    },
  });
  const dns = { servers: [], searches: [], options: [] };
  const settings = { attempt: 1, dns, clusterDomain: "", logDirectory: "/logs/x", cgroupParent: "/p" };
  const config = sandboxConfig(pod, settings);
  assert.deepEqual(Object.keys(config.sysctls), ["net.ipv4.tcp_syncookies", "net.ipv4.conf.eth0/1.rp_filter"]);
  assert.deepEqual(config.portMappings, [{ protocol: "TCP", containerPort: 80, hostPort: 8080, hostIp: "" }]);
  assert.equal(config.labels["io.kubernetes.pod.uid"], "uid-1");
  assert.equal(sandboxConfig(podOf(["a"], { hostNetwork: true }), settings).hostname, "");
});

test("runAsNonRoot", () => {
  const pod = podOf(["a"], { securityContext: { runAsNonRoot: true } });
  const a = pod.spec!.containers[0]!;
  const where = '\\(pod: "pod_default\\(uid-1\\)", container: a\\)';
  assert.throws(
    () => verifyRunAsNonRoot(pod, a, { uid: 0 }),
    new RegExp(`^Error: container has runAsNonRoot and image will run as root ${where}`),
  );
  assert.throws(
    () => verifyRunAsNonRoot(pod, a, { username: "app" }),
    /image has non-numeric user \(app\), cannot verify user is non-root/,
  );
  verifyRunAsNonRoot(pod, a, { uid: 1000 });
  verifyRunAsNonRoot(pod, { ...a, securityContext: { runAsUser: 5 } }, { uid: 0 });
  assert.throws(
    () => verifyRunAsNonRoot(pod, { ...a, securityContext: { runAsUser: 0 } }, { uid: 5 }),
    /container's runAsUser breaks non-root policy/,
  );
});

test("security contexts: a container's own settings win", () => {
  const profiles = { seccompRoot: "/seccomp", seccompDefault: false };
  const pod = podOf(["a"], {
    securityContext: { runAsUser: 1, fsGroup: 7, supplementalGroups: [8], seccompProfile: { type: "RuntimeDefault" } },
  });
  const of = (securityContext: Container["securityContext"]) =>
    containerSecurityContext(pod, { name: "a", securityContext }, { uid: 0 }, profiles, undefined);
  const plain = of({
    runAsUser: 2,
    allowPrivilegeEscalation: false,
    capabilities: { add: ["NET_ADMIN"], drop: ["ALL"] },
  });
  assert.deepEqual([plain.runAsUser, plain.noNewPrivs, plain.supplementalGroups], [2, true, [7, 8]]);
  assert.deepEqual(plain.capabilities, { add: ["NET_ADMIN"], drop: ["ALL"] });
  assert.equal(plain.seccomp?.profileType, "RuntimeDefault");
  assert.ok(plain.maskedPaths.includes("/proc/kcore"));
  const local = of({ seccompProfile: { type: "Localhost", localhostProfile: "mine.json" } });
  assert.deepEqual(local.seccomp, { profileType: "Localhost", localhostRef: "/seccomp/mine.json" });
  const privileged = of({ privileged: true });
  assert.deepEqual([privileged.maskedPaths, privileged.privileged], [[], true]);
  assert.deepEqual(of({ procMount: "Unmasked" }).maskedPaths, []);
  const target = containerSecurityContext(pod, { name: "d" }, { uid: 0 }, profiles, "target-id");
  assert.deepEqual([target.namespaceOptions.pid, target.namespaceOptions.targetId], ["TARGET", "target-id"]);
});
