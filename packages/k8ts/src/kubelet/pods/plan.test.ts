import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, Pod } from "@k8ts/api/core/v1";
import { observedOf, podOf } from "../testing/observed.ts";
import type { PodActions, ProbeVerdict, ProbeVerdicts } from "./pod-actions.ts";
import { planPod } from "./plan.ts";

const silent: ProbeVerdicts = { liveness: () => undefined, startup: () => undefined };
const sidecar = (name: string, fields: Partial<Container> = {}): Container => ({
  name,
  image: "image",
  restartPolicy: "Always",
  ...fields,
});

/** What a plan does, in short: "sandbox kill-pod kill:a init:0 start:0,1". */
function summary(actions: PodActions): string {
  const parts: string[] = [];
  if (actions.killPod) parts.push("kill-pod");
  if (actions.createSandbox) parts.push(`sandbox-${actions.attempt}`);
  if (actions.containersToKill.length > 0) parts.push(`kill:${actions.containersToKill.map((one) => one.name).join()}`);
  if (actions.containersToReset.length > 0)
    parts.push(`reset:${actions.containersToReset.map((one) => one.name).join()}`);
  if (actions.ephemeralContainersToStart.length > 0)
    parts.push(`ephemeral:${actions.ephemeralContainersToStart.join()}`);
  if (actions.initContainersToStart.length > 0) parts.push(`init:${actions.initContainersToStart.join()}`);
  if (actions.containersToStart.length > 0) parts.push(`start:${actions.containersToStart.join()}`);
  return parts.join(" ");
}

const two = podOf(["a", "b"]);
const never = podOf(["a", "b"], { restartPolicy: "Never" });
const onFailure = podOf(["a", "b"], { restartPolicy: "OnFailure" });
const inits = podOf(["main"], {
  initContainers: [
    { name: "i", image: "image" },
    { name: "j", image: "image" },
  ],
});
const initsNever = podOf(["main"], { ...inits.spec, restartPolicy: "Never" });
const sides = podOf(["main"], { initContainers: [sidecar("s"), { name: "i", image: "image" }, sidecar("t")] });
const sidesNever = podOf(["main"], { ...sides.spec, restartPolicy: "Never" });
const debug = podOf(["a"], { ephemeralContainers: [{ name: "d", image: "image" }] });

const cases: readonly [
  what: string,
  pod: Pod,
  observed: string,
  sandbox: "READY" | "NOTREADY" | "none",
  expected: string,
][] = [
  ["nothing there", two, "", "none", "kill-pod sandbox-0 start:0,1"],
  ["sandbox there", two, "", "READY", "start:0,1"],
  ["all run", two, "a:running b:running", "READY", ""],
  ["one has ended", two, "a:exited(1) b:running", "READY", "start:0"],
  ["created only", two, "a:created b:running", "READY", "start:0"],
  ["unknown is killed first", two, "a:unknown b:running", "READY", "kill:a start:0"],
  ["sandbox lost", two, "a:exited(137) b:exited(137)", "NOTREADY", "kill-pod sandbox-1 start:0,1"],
  ["sandbox lost, never again", never, "a:exited(0) b:exited(0)", "NOTREADY", "kill-pod"],
  ["sandbox lost before anything ran", never, "", "NOTREADY", "kill-pod sandbox-1 start:0,1"],
  ["sandbox lost, all succeeded", onFailure, "a:exited(0) b:exited(0)", "NOTREADY", "kill-pod"],
  ["sandbox lost, one failed", onFailure, "a:exited(0) b:exited(1)", "NOTREADY", "kill-pod sandbox-1 start:1"],
  ["never: one ended", never, "a:exited(1) b:running", "READY", ""],
  ["never: all ended", never, "a:exited(1) b:exited(0)", "READY", "kill-pod"],
  ["onFailure: one failed", onFailure, "a:exited(1) b:exited(0)", "READY", "start:0"],
  ["onFailure: all succeeded", onFailure, "a:exited(0) b:exited(0)", "READY", "kill-pod"],
  ["init: new sandbox", inits, "", "none", "kill-pod sandbox-0 init:0"],
  ["init: nothing yet", inits, "", "READY", "init:0"],
  ["init: first runs", inits, "i:running", "READY", ""],
  ["init: first done", inits, "i:exited(0)", "READY", "init:1"],
  ["init: second failed", inits, "j:exited(1) i:exited(0)", "READY", "init:1"],
  ["init: second failed, never", initsNever, "j:exited(1) i:exited(0)", "READY", "kill-pod"],
  ["init: all done", inits, "j:exited(0) i:exited(0)", "READY", "start:0"],
  ["init: the first is forgotten", inits, "j:exited(0)", "READY", "start:0"],
  ["init: forgotten while main runs", inits, "main:running", "READY", ""],
  ["sidecar: first runs", sides, "s:running", "READY", "init:1"],
  ["sidecar: init between runs", sides, "i:running s:running", "READY", ""],
  ["sidecar: init done", sides, "i:exited(0) s:running", "READY", "init:2"],
  ["sidecar: all up", sides, "t:running i:exited(0) s:running", "READY", "start:0"],
  ["sidecar: one died", sides, "main:running t:exited(1) i:exited(0) s:running", "READY", "init:2"],
  ["sidecar: one was forgotten", sides, "main:running t:running i:exited(0)", "READY", "init:0"],
  ["sidecar: the pod is over", sidesNever, "main:exited(0) t:running i:exited(0) s:exited(1)", "READY", "kill-pod"],
  ["ephemeral: not yet", debug, "a:running", "READY", "ephemeral:0"],
  ["ephemeral: never again", debug, "d:exited(1) a:running", "READY", ""],
];

for (const [what, pod, observed, sandbox, expected] of cases) {
  test(`plan: ${what}`, () => {
    assert.equal(summary(planPod(pod, observedOf(pod, observed, sandbox), silent)), expected);
  });
}

const says = (verdict: ProbeVerdict): ProbeVerdicts => ({ liveness: () => verdict, startup: () => verdict });

test("plan: a failed liveness probe restarts, or ends the pod", () => {
  const pod = podOf([{ name: "a", image: "image", livenessProbe: {} }]);
  const actions = planPod(pod, observedOf(pod, "a:running"), { ...silent, liveness: () => "Failure" });
  assert.equal(summary(actions), "kill:a start:0");
  assert.deepEqual(actions.containersToKill[0], {
    id: "a-id",
    name: "a",
    message: "Container a failed liveness probe, will be restarted",
    reason: "LivenessProbe",
  });
  const last = podOf([{ name: "a", image: "image" }], { restartPolicy: "Never" });
  assert.equal(
    summary(planPod(last, observedOf(last, "a:running"), { ...silent, liveness: () => "Failure" })),
    "kill-pod kill:a",
  );
});

test("plan: a sidecar's startup probe holds back what comes after it", () => {
  const pod = podOf(["main"], { initContainers: [sidecar("s", { startupProbe: {} })] });
  const seen = (verdict: ProbeVerdict) => summary(planPod(pod, observedOf(pod, "s:running"), says(verdict)));
  assert.equal(seen(undefined), "");
  assert.equal(seen("Unknown"), "");
  assert.equal(seen("Success"), "start:0");
  assert.equal(seen("Failure"), "kill:s init:0");
});

test("plan: a changed image restarts the container whatever the policy", () => {
  const old = podOf(["a"], { restartPolicy: "Never" });
  const changed = podOf([{ name: "a", image: "other" }], { restartPolicy: "Never" });
  const actions = planPod(changed, observedOf(old, "a:running"), silent);
  assert.equal(summary(actions), "kill:a start:0");
  assert.equal(actions.containersToKill[0]?.message, "Container a definition changed, will be restarted");
});

test("plan: container rules restart one exit code and not another", () => {
  const rules = [{ action: "Restart", exitCodes: { operator: "In", values: [42] } }];
  const pod = podOf([{ name: "a", image: "image", restartPolicy: "Never", restartPolicyRules: rules }, "b"], {
    restartPolicy: "Never",
  });
  assert.equal(summary(planPod(pod, observedOf(pod, "a:exited(42) b:running"), silent)), "start:0");
  assert.equal(summary(planPod(pod, observedOf(pod, "a:exited(1) b:running"), silent)), "");
});

test("plan: RestartAllContainers removes all, those that asked for it last", () => {
  const rules = [{ action: "RestartAllContainers", exitCodes: { operator: "In", values: [9] } }];
  const pod = podOf([{ name: "a", image: "image", restartPolicy: "Never", restartPolicyRules: rules }, "b"], {
    initContainers: [{ name: "i", image: "image" }],
  });
  assert.equal(summary(planPod(pod, observedOf(pod, "a:exited(9) b:running i:exited(0)"), silent)), "reset:b,i,a");
});

test("plan: a second ready sandbox, or one without an address, is replaced", () => {
  const pod = podOf(["a"]);
  const observed = observedOf(pod, "a:running");
  const [sandbox] = observed.sandboxes;
  const double = { ...observed, sandboxes: [sandbox!, { ...sandbox!, id: "sandbox-1" }] };
  assert.equal(summary(planPod(pod, double, silent)), "kill-pod sandbox-1 start:0");
  const bare = { ...observed, sandboxes: [{ ...sandbox!, ips: [] }] };
  assert.equal(summary(planPod(pod, bare, silent)), "kill-pod sandbox-1 start:0");
  const host = podOf(["a"], { hostNetwork: true });
  assert.equal(summary(planPod(host, bare, silent)), "");
});
