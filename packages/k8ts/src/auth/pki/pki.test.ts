import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { VirtualClock } from "@k8ts/api";
import { kubeconfigText, writeKubeconfig } from "./kubeconfig.ts";
import { ensurePki, type PkiOptions } from "./pki.ts";

const start = Date.parse("2026-06-01T00:00:00Z");
const day = 24 * 3600 * 1000;
let directory: string;
before(async () => (directory = await mkdtemp(join(tmpdir(), "pki-"))));
after(() => rm(directory, { recursive: true }));

const options = (more: Partial<PkiOptions> = {}, now = start): PkiOptions => ({
  hostnames: ["node.example"],
  ips: ["10.96.0.1", "2001:db8::7"],
  clock: new VirtualClock(now),
  ...more,
});

test("certificates name what they must and chain up to the CA", async () => {
  const pki = await ensurePki(directory, options());
  const ca = new X509Certificate(pki.caPem);
  const serving = new X509Certificate(pki.apiserver.certPem);
  assert.ok(ca.ca);
  assert.ok(serving.checkIssued(ca) && serving.verify(ca.publicKey));
  for (const host of ["localhost", "node.example", "kubernetes.default.svc.cluster.local"]) {
    assert.equal(serving.checkHost(host), host);
  }
  for (const ip of ["127.0.0.1", "10.96.0.1", "::1", "2001:db8::7"]) assert.ok(serving.checkIP(ip), ip);
  const admin = new X509Certificate(pki.admin.certPem);
  assert.equal(admin.subject, "O=system:masters\nCN=kubernetes-admin");
  assert.deepEqual(admin.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
  assert.equal(Date.parse(serving.validTo), start + 365 * day);
  const kubelet = await pki.kubelet("n1", ["192.0.2.1"]);
  assert.equal(new X509Certificate(kubelet.client.certPem).subject, "O=system:nodes\nCN=system:node:n1");
  assert.ok(new X509Certificate(kubelet.serving.certPem).checkIP("192.0.2.1"));
});

test("files are for the owner's eyes only", async () => {
  for (const file of await readdir(directory)) {
    assert.equal((await stat(join(directory, file))).mode & 0o777, 0o600, file);
  }
});

test("what is good is kept, what expires or lacks a name is renewed", async () => {
  const first = await ensurePki(directory, options());
  const again = await ensurePki(directory, options());
  assert.equal(again.apiserver.certPem, first.apiserver.certPem);
  assert.equal(again.serviceAccountKeyPem, first.serviceAccountKeyPem);
  const renamed = await ensurePki(directory, options({ hostnames: ["node.example", "new.example"] }));
  assert.notEqual(renamed.apiserver.certPem, first.apiserver.certPem);
  assert.equal(renamed.admin.certPem, first.admin.certPem);
  const later = await ensurePki(directory, options({}, start + 336 * day));
  assert.equal(later.caPem, first.caPem);
  assert.notEqual(later.admin.certPem, first.admin.certPem);
  const soon = await ensurePki(directory, options({}, start + 336 * day + 300 * day));
  assert.equal(soon.admin.certPem, later.admin.certPem);
});

test("a damaged certificate is made anew, a new CA replaces all it signed", async () => {
  const before = await ensurePki(directory, options());
  await writeFile(join(directory, "admin.crt"), "garbage");
  const repaired = await ensurePki(directory, options());
  assert.ok(new X509Certificate(repaired.admin.certPem).verify(new X509Certificate(repaired.caPem).publicKey));
  await rm(join(directory, "ca.key"));
  const fresh = await ensurePki(directory, options());
  assert.notEqual(fresh.caPem, before.caPem);
  assert.ok(new X509Certificate(fresh.scheduler.certPem).verify(new X509Certificate(fresh.caPem).publicKey));
});

test("a kubeconfig embeds everything", async () => {
  const pki = await ensurePki(directory, options());
  const content = { server: "https://127.0.0.1:6443", caPem: pki.caPem, ...pki.admin, user: "admin", cluster: "k8ts" };
  const path = join(directory, "sub", "admin.kubeconfig");
  await writeKubeconfig(path, content);
  const text = await readFile(path, "utf8");
  assert.equal(text, kubeconfigText(content));
  assert.match(text, /current-context: "admin@k8ts"/);
  assert.ok(text.includes(Buffer.from(pki.caPem).toString("base64")));
  await rm(join(directory, "sub"), { recursive: true });
});
