import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DaemonSet, DaemonSetSpec, StatefulSet, StatefulSetSpec } from "@k8ts/api/apps/v1";
import { createFaults, defaulted, row, strategyOf, testContext, updateFaults } from "../strategy-fixture.ts";

const labels = { app: "db" };
const selector = { matchLabels: labels };
const template = { metadata: { labels }, spec: { containers: [{ name: "db", image: "postgres" }] } };
const metadata = { name: "db", namespace: "default" };

const statefulSet = (spec: Partial<StatefulSetSpec> = {}): StatefulSet => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata,
  spec: { serviceName: "db", selector, template, ...spec },
});
const daemonSet = (spec: Partial<DaemonSetSpec> = {}): DaemonSet => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata,
  spec: { selector, template, ...spec },
});

test("a StatefulSet starts pods in order, replaces them all and keeps its claims", () => {
  const spec = defaulted(statefulSet()).spec!;
  assert.equal(spec.podManagementPolicy, "OrderedReady");
  assert.deepEqual(spec.updateStrategy, { type: "RollingUpdate", rollingUpdate: { partition: 0 } });
  assert.deepEqual(spec.persistentVolumeClaimRetentionPolicy, { whenDeleted: "Retain", whenScaled: "Retain" });
  assert.deepEqual(createFaults(statefulSet()), []);
});

describe("a StatefulSet is refused for", () => {
  const always = { ...template, spec: { ...template.spec, restartPolicy: "Never" } };
  const faulty: readonly [string, Partial<StatefulSetSpec>, RegExp][] = [
    ["an order that is none", { podManagementPolicy: "Random" }, /must be 'OrderedReady' or 'Parallel'$/],
    ["an update that is none", { updateStrategy: { type: "Never" } }, /must be 'RollingUpdate' or 'OnDelete'$/],
    [
      "rules for updates by hand",
      { updateStrategy: { type: "OnDelete", rollingUpdate: { partition: 1 } } },
      /only allowed for updateStrategy 'RollingUpdate'$/,
    ],
    ["a negative first number", { ordinals: { start: -1 } }, /^spec\.ordinals\.start: /],
    ["a Service with an impossible name", { serviceName: "Db!" }, /^spec\.serviceName: /],
    [
      "claims kept by halves",
      { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Some" } },
      /whenDeleted: Unsupported value: "Some": supported values: "Retain", "Delete"$/,
    ],
    ["pods that do not run on", { template: always }, /Unsupported value: "Never": supported values: "Always"/],
    ["pods that it does not select", { selector: { matchLabels: { app: "x" } } }, /`selector` does not match template/],
  ];
  for (const [name, spec, fault] of faulty) {
    test(name, () => assert.match(createFaults(statefulSet(spec)).join("; "), fault));
  }
});

test("only some of a StatefulSet may change", () => {
  assert.deepEqual(updateFaults(statefulSet({ replicas: 3, minReadySeconds: 5 }), statefulSet()), []);
  assert.match(
    updateFaults(statefulSet({ serviceName: "other" }), statefulSet()).join(),
    /^spec: Forbidden: updates to statefulset spec for fields other than 'replicas', .* and 'minReadySeconds' are forbidden$/,
  );
});

test("a StatefulSet's status counts no more ready pods than there are", () => {
  const status = { replicas: 1, readyReplicas: 2 };
  const object: StatefulSet = { ...statefulSet(), status };
  assert.match(updateFaults(object, statefulSet(), "status").join(), /cannot be greater than status\.replicas/);
  assert.equal(row({ ...defaulted(statefulSet({ replicas: 3 })), status } as StatefulSet)["Ready"], "2/3");
});

test("a DaemonSet replaces one pod at a time", () => {
  assert.deepEqual(defaulted(daemonSet()).spec?.updateStrategy, {
    type: "RollingUpdate",
    rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
  });
  assert.deepEqual(createFaults(daemonSet()), []);
});

describe("a DaemonSet is refused for", () => {
  const rolling = (rollingUpdate: object): Partial<DaemonSetSpec> => ({
    updateStrategy: { type: "RollingUpdate", rollingUpdate },
  });
  const faulty: readonly [string, Partial<DaemonSetSpec>, RegExp][] = [
    ["no way to update", rolling({ maxUnavailable: 0, maxSurge: 0 }), /cannot be 0 when maxSurge is 0$/],
    [
      "two ways to update",
      rolling({ maxUnavailable: 1, maxSurge: 1 }),
      /may not be set when maxUnavailable is non-zero$/,
    ],
    ["more pods than all", rolling({ maxUnavailable: "101%" }), /must not be greater than 100%/],
    ["an update that is none", { updateStrategy: { type: "Never" } }, /supported values: "RollingUpdate", "OnDelete"$/],
    ["pods that it does not select", { selector: { matchLabels: { app: "x" } } }, /`selector` does not match template/],
  ];
  for (const [name, spec, fault] of faulty) {
    test(name, () => assert.match(createFaults(daemonSet(spec)).join("; "), fault));
  }
});

test("a DaemonSet counts the generations of its template, whatever clients say", () => {
  const generation = ({ metadata: { annotations } }: DaemonSet): string | undefined =>
    annotations?.["deprecated.daemonset.template.generation"];
  const old = defaulted(daemonSet());
  const strategy = strategyOf(old);
  strategy.prepareForCreate!(old, testContext());
  assert.equal(generation(old), "1");
  const same = defaulted(daemonSet({ minReadySeconds: 1 }));
  strategy.prepareForUpdate!(same, old, testContext());
  assert.equal(generation(same), "1");
  const other = defaulted(daemonSet({ template: { ...template, spec: { ...template.spec, hostNetwork: true } } }));
  strategy.prepareForUpdate!(other, old, testContext());
  assert.equal(generation(other), "2");
});
