import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Deployment, DeploymentSpec } from "@k8ts/api/apps/v1";
import { createFaults, defaulted, row, strategyOf, updateFaults } from "../strategy-fixture.ts";

const labels = { app: "web" };
const deployment = (spec: Partial<DeploymentSpec> = {}): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "nginx" }] } },
    ...spec,
  },
});

test("rolls over a quarter at a time by default", () => {
  const { spec } = defaulted(deployment());
  assert.equal(spec?.replicas, 1);
  assert.deepEqual(spec?.strategy, {
    type: "RollingUpdate",
    rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" },
  });
});

describe("is refused for", () => {
  test("a selector that its pods do not match", () => {
    const [fault] = createFaults(deployment({ selector: { matchLabels: { app: "other" } } }));
    assert.match(
      fault ?? "",
      /^spec\.template\.metadata\.labels: Invalid value: .*`selector` does not match template `labels`$/,
    );
  });

  test("an empty selector", () => {
    const [fault] = createFaults(deployment({ selector: {} }));
    assert.match(fault ?? "", /^spec\.selector: Invalid value: .*empty selector is invalid for deployment$/);
  });

  test("pods that do not run on", () => {
    const template = { metadata: { labels }, spec: { ...deployment().spec!.template.spec!, restartPolicy: "Never" } };
    assert.deepEqual(createFaults(deployment({ template })), [
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ]);
  });

  test("negative replicas", () => {
    assert.deepEqual(createFaults(deployment({ replicas: -1 })), [
      "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
    ]);
  });

  test("an update of its selector", () => {
    const other = { app: "other" };
    const template = { ...deployment().spec!.template, metadata: { labels: other } };
    const faults = updateFaults(deployment({ selector: { matchLabels: other }, template }), deployment());
    assert.match(faults[0] ?? "", /^spec\.selector: Invalid value: .*field is immutable$/);
  });
});

test("shows ready pods of those wanted", () => {
  const object = {
    ...deployment({ replicas: 3 }),
    status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 },
  };
  const shown = row(object);
  assert.deepEqual([shown["Ready"], shown["Up-to-date"], shown["Available"]], ["2/3", 3, 1]);
});

test("has a scale", () => {
  const { scale } = strategyOf(deployment());
  assert.equal(scale?.replicas(deployment({ replicas: 4 })), 4);
  assert.equal(scale?.selector(deployment()), "app=web");
});
