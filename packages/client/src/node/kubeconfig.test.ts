import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { inClusterAccess } from "./in-cluster.ts";
import { accessOfContext, kubeconfigFiles, loadKubeconfig } from "./kubeconfig.ts";

const directory = mkdtempSync(join(tmpdir(), "k8ts-kubeconfig-"));
after(() => rmSync(directory, { recursive: true }));
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const base64 = (text: string): string => Buffer.from(text).toString("base64");

file("ca.crt", "CA PEM");
file("user.key", "KEY PEM");
const first = file(
  "first",
  `
apiVersion: v1
kind: Config
current-context: one
clusters:
- name: c
  cluster: {server: "https://one:6443", certificate-authority: ca.crt, tls-server-name: kube}
contexts:
- name: one
  context: {cluster: c, user: u, namespace: n}
users:
- name: u
  user: {client-certificate-data: ${base64("CERT PEM")}, client-key: user.key}
`,
);
const second = file(
  "second",
  `
current-context: two
clusters:
- name: c
  cluster: {server: "https://shadowed:6443"}
- name: d
  cluster: {server: "two:8080"}
- name: lax
  cluster: {server: "https://lax", insecure-skip-tls-verify: true}
- name: both
  cluster: {server: "https://lax", insecure-skip-tls-verify: true, certificate-authority: ca.crt}
- name: proxied
  cluster: {server: "https://far", proxy-url: "http://proxy"}
- name: nowhere
contexts:
- {name: two, context: {cluster: d, user: token}}
- {name: lax, context: {cluster: lax, user: file}}
- {name: both, context: {cluster: both, user: ""}}
- {name: proxied, context: {cluster: proxied, user: ""}}
- {name: nowhere, context: {cluster: nowhere, user: ""}}
- {name: lost, context: {cluster: none, user: ""}}
- {name: nobody, context: {cluster: d, user: none}}
- {name: half, context: {cluster: d, user: half}}
- {name: plugin, context: {cluster: d, user: plugin}}
- {name: acting, context: {cluster: d, user: acting}}
- {name: gcp, context: {cluster: d, user: gcp}}
users:
- {name: token, user: {token: t0k}}
- {name: file, user: {tokenFile: secrets/token, token: beside}}
- {name: half, user: {client-key: user.key}}
- {name: plugin, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./bin/login, args: [a]}}}
- {name: acting, user: {username: me, password: pw, as: you, as-groups: [g1, g2]}}
- {name: gcp, user: {auth-provider: {name: gcp}}}
`,
);
const load = () => loadKubeconfig({ env: { KUBECONFIG: `${first}:${directory}/missing::${second}` } });

it("merges the files of KUBECONFIG, the first one winning", async () => {
  const config = await load();
  assert.equal(config.currentContext, "one");
  assert.deepEqual(await accessOfContext(config), {
    server: "https://one:6443",
    certificateAuthority: "CA PEM",
    tlsServerName: "kube",
    clientCertificate: "CERT PEM",
    clientKey: "KEY PEM",
  });
});

const accesses: [string, object][] = [
  ["two", { server: "http://two:8080", token: "t0k" }],
  [
    "lax",
    {
      server: "https://lax",
      insecureSkipTlsVerify: true,
      token: "beside",
      tokenFile: join(directory, "secrets/token"),
    },
  ],
  [
    "plugin",
    {
      server: "http://two:8080",
      exec: { apiVersion: "client.authentication.k8s.io/v1", command: join(directory, "bin/login"), args: ["a"] },
    },
  ],
  [
    "acting",
    { server: "http://two:8080", username: "me", password: "pw", impersonate: { user: "you", groups: ["g1", "g2"] } },
  ],
];
for (const [context, expected] of accesses) {
  it(`reads context ${context}`, async () => assert.deepEqual(await accessOfContext(await load(), context), expected));
}

const faults: [string, RegExp][] = [
  ["both", /specifying a root certificates file with the insecure flag is not allowed/],
  ["proxied", /cluster "proxied": proxy-url is not supported/],
  ["nowhere", /no server found for cluster "nowhere"/],
  ["lost", /cluster "none" does not exist/],
  ["nobody", /auth info "none" does not exist/],
  ["half", /certificate and key must be given together/],
  ["gcp", /no Auth Provider found for name "gcp"/],
  ["absent", /context "absent" does not exist/],
];
for (const [context, message] of faults) {
  it(`refuses context ${context}`, async () => assert.rejects(accessOfContext(await load(), context), message));
}

it("finds files as kubectl does", () => {
  assert.deepEqual(kubeconfigFiles({ env: { HOME: "/home/me" } }), ["/home/me/.kube/config"]);
  assert.deepEqual(kubeconfigFiles({ env: { KUBECONFIG: "/a:/b:/a" } }), ["/a", "/b"]);
  assert.deepEqual(kubeconfigFiles({ file: "/c", env: { KUBECONFIG: "/a" } }), ["/c"]);
});

it("says which file it cannot read", async () => {
  await assert.rejects(loadKubeconfig({ file: join(directory, "missing") }), /ENOENT.*missing/);
  await assert.rejects(loadKubeconfig({ file: file("bad", "a: [") }), /error loading config file ".*bad"/);
  await assert.rejects(loadKubeconfig({ file: file("text", "just text") }), /is not a kubeconfig/);
  const empty = await loadKubeconfig({ file: file("empty", "") });
  await assert.rejects(accessOfContext(empty), /no configuration has been provided/);
});

it("uses a pod's service account", async () => {
  const account = join(directory, "account");
  mkdirSync(account);
  writeFileSync(join(account, "token"), "pod-token\n");
  writeFileSync(join(account, "ca.crt"), "CA PEM");
  const env = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" };
  assert.deepEqual(await inClusterAccess(env, account), {
    server: "https://[fd00::1]:443",
    certificateAuthority: "CA PEM",
    token: "pod-token",
    tokenFile: join(account, "token"),
  });
  await assert.rejects(
    inClusterAccess({}, account),
    /KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined/,
  );
});
