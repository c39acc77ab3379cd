import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Container, PodSpec, Taint, Toleration } from "../types/core/v1.ts";
import { podMatchesNode } from "./node-selector.ts";
import { podResource, podResourceNames } from "./pod-resources.ts";
import { untoleratedTaint } from "./tolerations.ts";

const container = (cpu: string | undefined, more: Partial<Container> = {}): Container => ({
  name: "c",
  ...(cpu && { resources: { requests: { cpu } } }),
  ...more,
});

describe("what a pod asks for", () => {
  const sidecar = { restartPolicy: "Always" };
  const cases: [string, PodSpec, number][] = [
    ["is the sum of its containers", { containers: [container("500m"), container("1")] }, 1500],
    ["or its largest init container", { containers: [container("1")], initContainers: [container("3")] }, 3000],
    [
      "which runs beside the sidecars before it",
      { containers: [container("1")], initContainers: [container("500m", sidecar), container("2")] },
      2500,
    ],
    [
      "and not beside those after it",
      { containers: [container("1")], initContainers: [container("2"), container("500m", sidecar)] },
      2000,
    ],
    ["and overhead", { containers: [container("1")], overhead: { cpu: "50m" } }, 1050],
    ["but the pod's own word wins", { containers: [container("1")], resources: { requests: { cpu: "3" } } }, 3000],
    ["nothing is nothing", { containers: [container(undefined)] }, 0],
  ];
  for (const [name, spec, want] of cases) it(name, () => assert.equal(podResource(spec, "requests", "cpu"), want));

  it("counts silent containers as told", () =>
    assert.equal(podResource({ containers: [container(undefined), container("1")] }, "requests", "cpu", 100), 1100));

  it("names every resource once", () => {
    const spec = { containers: [container("1"), container("2")], overhead: { memory: "1Mi" } };
    assert.deepEqual([...podResourceNames(spec, "requests")].sort(), ["cpu", "memory"]);
  });
});

describe("tolerations", () => {
  const taint: Taint = { key: "a", value: "1", effect: "NoSchedule" };
  const cases: [string, Toleration, boolean][] = [
    ["equal", { key: "a", value: "1" }, true],
    ["equal by name", { key: "a", operator: "Equal", value: "1", effect: "NoSchedule" }, true],
    ["another value", { key: "a", value: "2" }, false],
    ["another effect", { key: "a", value: "1", effect: "NoExecute" }, false],
    ["exists", { key: "a", operator: "Exists" }, true],
    ["everything", { operator: "Exists" }, true],
    ["nothing at all", {}, false],
    ["an operator that is off", { key: "a", operator: "Gt", value: "0" }, false],
  ];
  for (const [name, toleration, tolerated] of cases) {
    it(name, () => assert.equal(untoleratedTaint([taint], [toleration], ["NoSchedule"]) === undefined, tolerated));
  }
});

describe("node selectors", () => {
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n1", labels: { zone: "a", size: "5" } } } as const;
  const required = (key: string, operator: string, values?: string[]): PodSpec => ({
    containers: [],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key, operator, ...(values && { values }) }] }],
        },
      },
    },
  });
  const cases: [string, PodSpec, boolean][] = [
    ["no wish", { containers: [] }, true],
    ["a label", { containers: [], nodeSelector: { zone: "a" } }, true],
    ["another label", { containers: [], nodeSelector: { zone: "b" } }, false],
    ["In", required("zone", "In", ["a", "b"]), true],
    ["NotIn of a missing label", required("none", "NotIn", ["a"]), true],
    ["Exists", required("none", "Exists"), false],
    ["DoesNotExist", required("none", "DoesNotExist"), true],
    ["Gt", required("size", "Gt", ["4"]), true],
    ["Lt", required("size", "Lt", ["4"]), false],
    ["Gt of what is no number", required("zone", "Gt", ["4"]), false],
  ];
  for (const [name, spec, want] of cases) {
    it(name, () =>
      assert.equal(podMatchesNode({ apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec }, node), want),
    );
  }

  it("a term that says nothing matches nothing", () => {
    const affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{}] } },
    };
    const pod = { apiVersion: "v1", kind: "Pod", metadata: {}, spec: { containers: [], affinity } } as const;
    assert.equal(podMatchesNode(pod, node), false);
  });
});
