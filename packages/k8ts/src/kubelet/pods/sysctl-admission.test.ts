import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodSpec } from "@k8ts/api/core/v1";
import { podOf } from "../testing/observed.ts";
import { TestNode } from "../testing/test-node.ts";
import { forbiddenSysctl } from "./sysctl-admission.ts";

const unsafe = ["kernel.msg*", "net/core/somaxconn"];

for (const [name, fields, expected] of [
  ["net.ipv4.tcp_syncookies", {}, undefined],
  ["net/ipv4/tcp_syncookies", {}, undefined],
  ["net.ipv4.tcp_syncookies", { hostNetwork: true }, '"net.ipv4.tcp_syncookies" not allowed with host Net enabled'],
  ["net.ipv4.tcp_syncookies", { hostIPC: true }, undefined],
  ["kernel.shm_rmid_forced", { hostIPC: true }, '"kernel.shm_rmid_forced" not allowed with host IPC enabled'],
  ["kernel.msgmax", {}, undefined],
  ["kernel.msgmax", { hostIPC: true }, '"kernel.msgmax" not allowed with host IPC enabled'],
  ["net.core.somaxconn", {}, undefined],
  ["net.core.somaxconn2", {}, '"net.core.somaxconn2" not allowlisted'],
  ["kernel.hostname", {}, '"kernel.hostname" not allowlisted'],
] as const satisfies readonly (readonly [string, Partial<PodSpec>, string | undefined])[]) {
  test(`sysctl ${name} ${JSON.stringify(fields)}`, () => {
    const pod = podOf(["a"], { ...fields, securityContext: { sysctls: [{ name, value: "1" }] } });
    assert.equal(forbiddenSysctl(pod, unsafe), expected && `forbidden sysctl: ${expected}`);
  });
}

test("a pod with a sysctl that is not allowed is refused", async () => {
  const node = new TestNode();
  await node.start();
  await node.create("loud", { securityContext: { sysctls: [{ name: "kernel.msgmax", value: "65536" }] } });
  const { phase, reason, message } = node.pod("loud")?.status ?? {};
  assert.deepEqual(
    [phase, reason, message],
    ["Failed", "SysctlForbidden", 'Pod was rejected: forbidden sysctl: "kernel.msgmax" not allowlisted'],
  );
  await node.kubelet.stop();
});
