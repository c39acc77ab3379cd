import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricSpec } from "@k8ts/api/autoscaling/v2";
import { createFaults, defaulted, row, updateFaults } from "../strategy-fixture.ts";

const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };

const autoscaler = (spec: Partial<HorizontalPodAutoscalerSpec> = {}): HorizontalPodAutoscaler => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "web", namespace: "default" },
  spec: { scaleTargetRef, maxReplicas: 3, ...spec },
});

const cpu = (target: object): MetricSpec => ({ type: "Resource", resource: { name: "cpu", target } }) as MetricSpec;
const queue = { type: "External", external: { metric: { name: "queue" }, target: { type: "Value", value: "10" } } };

test("follows the processor by default", () => {
  const { spec } = defaulted(autoscaler({ behavior: { scaleUp: {} } }));
  assert.equal(spec?.minReplicas, 1);
  assert.deepEqual(spec?.metrics, [cpu({ type: "Utilization", averageUtilization: 80 })]);
  assert.equal(spec?.behavior?.scaleUp?.policies?.length, 2);
  assert.equal(spec?.behavior?.scaleDown?.selectPolicy, "Max");
});

describe("sound are", () => {
  const sound: Record<string, Partial<HorizontalPodAutoscalerSpec>> = {
    "a target and a maximum": {},
    "an external metric": { metrics: [queue as MetricSpec] },
    "a ReplicationController without a group": {
      scaleTargetRef: { apiVersion: "v1", kind: "ReplicationController", name: "web" },
    },
  };
  for (const [name, spec] of Object.entries(sound)) {
    test(name, () => assert.deepEqual(createFaults(autoscaler(spec)), []));
  }
});

describe("is refused for", () => {
  const oneMetric = (metric: object): Partial<HorizontalPodAutoscalerSpec> => ({ metrics: [metric as MetricSpec] });
  const both = { ...cpu({ type: "Utilization", averageUtilization: 50 }), pods: queue.external };
  const faulty: readonly [string, Partial<HorizontalPodAutoscalerSpec>, string][] = [
    [
      "no maximum",
      { maxReplicas: 0, minReplicas: 1 },
      "spec.maxReplicas: Required value: must be set and greater than 0",
    ],
    ["a minimum of none", { minReplicas: 0 }, "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1"],
    [
      "a maximum below the minimum",
      { minReplicas: 5 },
      "spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`",
    ],
    [
      "a target without a group",
      { scaleTargetRef: { ...scaleTargetRef, apiVersion: "v1" } },
      'spec.scaleTargetRef.apiVersion: Invalid value: "v1": apiVersion must specify API group',
    ],
    [
      "an unknown metric",
      oneMetric({ type: "Luck" }),
      'spec.metrics[0].type: Unsupported value: "Luck": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
    ],
    [
      "a metric without settings",
      oneMetric({ type: "Pods" }),
      "spec.metrics[0].pods: Required value: must populate information for the given metric source",
    ],
    [
      "a metric of two types",
      oneMetric(both),
      "spec.metrics[0].pods: Forbidden: must populate the given metric source only",
    ],
    [
      "no target",
      oneMetric(cpu({ type: "Utilization" })),
      "spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization",
    ],
    [
      "a target of nothing",
      oneMetric(cpu({ type: "AverageValue", averageValue: "0" })),
      'spec.metrics[0].resource.target.averageValue: Invalid value: "0": must be positive',
    ],
    [
      "steps longer than half an hour",
      { behavior: { scaleUp: { policies: [{ type: "Pods", value: 1, periodSeconds: 1801 }] } } },
      "spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800",
    ],
    [
      "an unknown choice of policy",
      { behavior: { scaleDown: { selectPolicy: "Best" } } },
      'spec.behavior.scaleDown.selectPolicy: Unsupported value: "Best": supported values: "Disabled", "Max", "Min"',
    ],
  ];
  for (const [name, spec, fault] of faulty) {
    test(name, () => assert.ok(createFaults(autoscaler(spec)).includes(fault), createFaults(autoscaler(spec)).join()));
  }
});

test("an update leaves alone what an older version let in", () => {
  const old = autoscaler({ scaleTargetRef: { ...scaleTargetRef, apiVersion: "v1" } });
  assert.deepEqual(updateFaults(autoscaler({ ...old.spec, maxReplicas: 9 }), old), []);
});

test("its status counts no negative pods", () => {
  const status = { currentReplicas: -1, desiredReplicas: 1 };
  const object: HorizontalPodAutoscaler = { ...autoscaler(), status };
  assert.deepEqual(updateFaults(object, autoscaler(), "status"), [
    "status.currentReplicas: Invalid value: -1: must be greater than or equal to 0",
  ]);
});

test("shows current and wanted values", () => {
  const object = autoscaler({ minReplicas: 2, metrics: [cpu({ type: "Utilization", averageUtilization: 80 })] });
  const current = { averageUtilization: 12, averageValue: "5m" };
  const status = {
    currentReplicas: 2,
    desiredReplicas: 2,
    currentMetrics: [cpu({})].map(() => ({ type: "Resource", resource: { name: "cpu", current } })),
  };
  const observed: HorizontalPodAutoscaler = { ...object, status };
  const shown = row(observed);
  assert.deepEqual([shown["Reference"], shown["Targets"], shown["MinPods"]], ["Deployment/web", "cpu: 12%/80%", "2"]);
});
