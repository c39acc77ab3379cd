/** Statuses: phases, conditions, container states, and the patches that report them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, Pod, PodStatus } from "@k8ts/api/core/v1";
import { observedOf, podOf } from "../testing/observed.ts";
import { finishStatus } from "./finish-status.ts";
import { generatePodStatus, type PodStatusInput } from "./pod-status.ts";
import { qosClass } from "./qos-class.ts";
import { statusPatch } from "./status-patch.ts";

const now = Date.UTC(2026, 0, 2);
const earlier = "2026-01-01T00:00:00Z";

function statusOf(pod: Pod, observed: string, fields: Partial<PodStatusInput> = {}): PodStatus {
  return generatePodStatus({
    pod,
    observed: observedOf(pod, observed),
    before: {},
    probes: { started: () => true, ready: () => true },
    runtimeName: "containerd",
    hostIPs: ["192.168.0.1"],
    startFailure: () => undefined,
    terminal: false,
    ending: false,
    actual: () => undefined,
    actualPod: pod,
    resizeConditions: [],
    startTime: now,
    now,
    ...fields,
  });
}

const two = podOf(["a", "b"]);
const never = podOf(["a", "b"], { restartPolicy: "Never" });
const inits = podOf(["main"], { initContainers: [{ name: "i" }, { name: "s", restartPolicy: "Always" }] });

for (const [what, pod, observed, phase] of [
  ["nothing yet", two, "", "Pending"],
  ["one runs, one is to come", two, "a:running", "Pending"],
  ["all run", two, "a:running b:running", "Running"],
  ["one is restarting", two, "a:exited(1) b:running", "Running"],
  ["all are restarting", two, "a:exited(1) b:exited(0)", "Running"],
  ["never: one has ended", never, "a:exited(0) b:running", "Running"],
  ["never: all succeeded", never, "a:exited(0) b:exited(0)", "Succeeded"],
  ["never: one failed", never, "a:exited(0) b:exited(2)", "Failed"],
  ["init runs", inits, "i:running", "Pending"],
  ["sidecar runs", inits, "s:running i:exited(0)", "Pending"],
  ["all of it runs", inits, "main:running s:running i:exited(0)", "Running"],
  ["init failed, again", inits, "i:exited(1)", "Pending"],
  [
    "init failed, never",
    podOf(["main"], { initContainers: [{ name: "i" }], restartPolicy: "Never" }),
    "i:exited(1)",
    "Failed",
  ],
] as const)
  test(`phase: ${what}`, () => assert.equal(statusOf(pod, observed).phase, phase));

const condition = (status: PodStatus, type: string) => status.conditions?.find((one) => one.type === type);

test("conditions name the containers that are not ready", () => {
  const status = statusOf(two, "a:running b:running", {
    probes: { started: () => true, ready: (name) => name === "a" },
  });
  assert.equal(condition(status, "Ready")?.message, "containers with unready status: [b]");
  assert.equal(condition(status, "ContainersReady")?.reason, "ContainersNotReady");
  const waiting = statusOf(inits, "i:running");
  assert.equal(condition(waiting, "Initialized")?.message, "containers with incomplete status: [i s]");
  assert.equal(waiting.containerStatuses?.[0]?.state?.waiting?.reason, "PodInitializing");
});

test("readiness gates hold a pod back", () => {
  const pod = podOf(["a"], { readinessGates: [{ conditionType: "example.com/gate" }] });
  const closed = statusOf(pod, "a:running");
  assert.equal(condition(closed, "Ready")?.reason, "ReadinessGatesNotReady");
  assert.equal(
    condition(closed, "Ready")?.message,
    'corresponding condition of pod readiness gate "example.com/gate" does not exist.',
  );
  assert.equal(condition(closed, "ContainersReady")?.status, "True");
  const gate = { type: "example.com/gate", status: "True" };
  const open = statusOf({ ...pod, status: { conditions: [gate] } }, "a:running", { before: closed });
  assert.equal(condition(open, "Ready")?.status, "True");
  assert.deepEqual(open.conditions?.[0], gate);
});

test("times of change move only when something changes", () => {
  const first = statusOf(two, "a:running b:running");
  for (const one of first.conditions!) one.lastTransitionTime = earlier;
  const same = statusOf(two, "a:running b:running", { before: first });
  assert.ok(same.conditions!.every((one) => one.lastTransitionTime === earlier));
  const changed = statusOf(two, "a:running b:exited(1)", { before: first });
  assert.equal(condition(changed, "Ready")?.lastTransitionTime, "2026-01-02T00:00:00Z");
  assert.equal(condition(changed, "Initialized")?.lastTransitionTime, earlier);
});

test("a container that cannot be started waits with the reason, its end beside it", () => {
  const failure = {
    reason: "CrashLoopBackOff",
    message: "back-off 10s restarting failed container=a pod=pod_default(uid-1)",
  };
  const status = statusOf(podOf(["a"]), "a:exited(1)", { startFailure: () => failure });
  const [a] = status.containerStatuses!;
  assert.deepEqual(a?.state, { waiting: failure });
  assert.equal(a?.lastState?.terminated?.exitCode, 1);
  assert.equal(status.phase, "Running");
});

test("a container that the runtime lost is said to be lost, and counted", () => {
  const running = statusOf(podOf(["a"]), "a:running");
  const status = statusOf(podOf(["a"]), "", { before: running });
  const [a] = status.containerStatuses!;
  assert.equal(a?.lastState?.terminated?.reason, "ContainerStatusUnknown");
  assert.equal(a?.lastState?.terminated?.exitCode, 137);
  assert.equal(a?.restartCount, 1);
});

test("a final phase is never left, and a verdict ends the pod", () => {
  const done: Pod = { ...never, status: { phase: "Succeeded", reason: "x" } };
  assert.equal(statusOf(done, "").phase, "Succeeded");
  const evicted = statusOf(two, "a:running b:running", {
    verdict: { reason: "Evicted", message: "low", disruption: true },
  });
  assert.deepEqual([evicted.phase, evicted.reason, evicted.message], ["Failed", "Evicted", "low"]);
  assert.equal(condition(evicted, "DisruptionTarget")?.reason, "TerminationByKubelet");
});

test("a pod that never began is finished as Failed", () => {
  const status = statusOf(two, "");
  finishStatus(two, status, now);
  assert.equal(status.phase, "Failed");
  assert.equal(status.containerStatuses?.[0]?.state?.terminated?.reason, "ContainerStatusUnknown");
});

test("a pod's resources are its containers', or its own", () => {
  const of = (cpu: string, fields: Partial<Container> = {}): Container => {
    return { name: `c${cpu}`, resources: { requests: { cpu, "a/b": "1" }, limits: { cpu } }, ...fields };
  };
  const initContainers = [of("1"), of("100m", { restartPolicy: "Always" }), of("500m", { name: "late" })];
  const pod = podOf([of("200m"), of("300m")], { initContainers, overhead: { cpu: "10m", memory: "1Mi" } });
  const status = statusOf(pod, "");
  assert.deepEqual(status.allocatedResources, { cpu: "1010m", "a/b": "3", memory: "1Mi" });
  assert.deepEqual(status.resources, {
    requests: { cpu: "1010m", "a/b": "3", memory: "1Mi" },
    limits: { cpu: "1010m" },
  });
  const own = podOf([of("200m")], { resources: { requests: { cpu: "2" }, limits: { memory: "1Gi" } } });
  assert.deepEqual(statusOf(own, "").resources, {
    requests: { cpu: "2", "a/b": "1" },
    limits: { cpu: "200m", memory: "1Gi" },
  });
  assert.deepEqual(statusOf(two, "").resources, {});
  assert.equal(statusOf(two, "").allocatedResources, undefined);
});

test("a container that is created waits with the pod's reason", () => {
  const states = (pod: Pod, observed: string) =>
    statusOf(pod, observed).containerStatuses?.map((one) => one.state?.waiting?.reason);
  assert.deepEqual(states(two, "a:created b:running"), ["ContainerCreating", undefined]);
  assert.equal(statusOf(inits, "i:created").initContainerStatuses?.[0]?.state?.waiting?.reason, "PodInitializing");
});

test("addresses: the node's on its network, kept at the end", () => {
  assert.equal(statusOf(podOf(["a"], { hostNetwork: true }), "a:running").podIP, "192.168.0.1");
  const running = statusOf(never, "a:running b:running");
  assert.deepEqual(running.podIPs, [{ ip: "10.1.0.2" }]);
  const observed = observedOf(never, "a:exited(0) b:exited(0)", "NOTREADY");
  assert.deepEqual(statusOf(never, "", { observed, before: running, ending: true }).podIPs, [{ ip: "10.1.0.2" }]);
  assert.equal(statusOf(never, "", { observed, before: running }).podIPs, undefined);
});

test("quality of service", () => {
  const of = (...resources: Container["resources"][]) =>
    qosClass(podOf(resources.map((one, index) => ({ name: `c${index}`, resources: one }))));
  const full = { cpu: "1", memory: "1Gi" };
  assert.equal(of(undefined), "BestEffort");
  assert.equal(of({ limits: full }), "Guaranteed");
  assert.equal(of({ limits: full, requests: { cpu: "1000m", memory: "1024Mi" } }), "Guaranteed");
  assert.equal(of({ limits: full }, undefined), "Burstable");
  assert.equal(of({ limits: full, requests: { cpu: "500m" } }), "Burstable");
  assert.equal(of({ requests: { memory: "1" } }), "Burstable");
  assert.equal(of({ limits: { cpu: "0" } }), "BestEffort");
});

test("patches hold what changed and nothing else", () => {
  const first = statusOf(two, "a:running b:running");
  assert.equal(statusPatch(first, first), undefined);
  const changed = statusOf(two, "a:running b:exited(1)", { before: first });
  assert.deepEqual(Object.keys(statusPatch(first, changed)!).sort(), ["conditions", "containerStatuses"]);
  assert.deepEqual(statusPatch(first, { ...first, podIP: undefined, podIPs: undefined }), {
    podIP: null,
    podIPs: null,
  });
  const moved = statusPatch(first, { ...first, podIPs: [{ ip: "10.1.0.9" }] });
  assert.deepEqual(moved, { podIPs: [{ $patch: "replace" }, { ip: "10.1.0.9" }] });
  const foreign = { ...first, conditions: [...first.conditions!, { type: "example.com/x", status: "True" }] };
  assert.equal(statusPatch(foreign, first), undefined);
  const ready = statusPatch(changed, first) as { conditions: Record<string, unknown>[] };
  assert.deepEqual(
    ready.conditions.map(({ type, reason, message }) => [type, reason, message]),
    [
      ["Ready", null, null],
      ["ContainersReady", null, null],
    ],
  );
});
