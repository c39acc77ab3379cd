import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seededRandom } from "@k8ts/api";
import type { Node, NodeSpec, Pod, PodSpec } from "@k8ts/api/core/v1";
import { SchedulingCycle } from "./cycle.ts";
import { podInfo } from "./pod-info.ts";
import { defaultProfile } from "./profile.ts";
import { NodeSnapshot } from "./snapshot.ts";

function node(
  name: string,
  more: { labels?: Record<string, string>; spec?: NodeSpec; allocatable?: object } = {},
): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "kubernetes.io/hostname": name, ...more.labels } },
    spec: more.spec ?? {},
    status: { allocatable: { cpu: "4", memory: "8Gi", pods: "10", "ephemeral-storage": "10Gi", ...more.allocatable } },
  };
}

function pod(name: string, spec: Partial<PodSpec> = {}, requests?: Record<string, string>): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid: `uid-${name}` },
    spec: { containers: [{ name: "c", image: "nginx:1.7.9", ...(requests && { resources: { requests } }) }], ...spec },
  };
}

function decide(nodes: readonly Node[], subject: Pod, placed: readonly [Pod, string][] = []): string {
  const snapshot = new NodeSnapshot();
  for (const each of nodes) snapshot.setNode(each);
  for (const [each, nodeName] of placed) snapshot.setPod(podInfo(each), nodeName);
  const decision = new SchedulingCycle(defaultProfile, snapshot, seededRandom(1)).decide(podInfo(subject));
  return decision.node ?? decision.message;
}

const tainted: NodeSpec = { taints: [{ key: "dedicated", value: "db", effect: "NoSchedule" }] };

const cases: { name: string; nodes: Node[]; pod: Pod; placed?: [Pod, string][]; want: string }[] = [
  { name: "no nodes", nodes: [], pod: pod("a"), want: "no nodes available to schedule pods" },
  {
    name: "insufficient resources are counted by reason",
    nodes: [node("n1", { allocatable: { cpu: "1" } }), node("n2", { allocatable: { cpu: "1", memory: "1Gi" } })],
    pod: pod("a", {}, { cpu: "2", memory: "2Gi" }),
    want: "0/2 nodes are available: 1 Insufficient memory, 2 Insufficient cpu.",
  },
  {
    name: "a node that is full of pods",
    nodes: [node("n1", { allocatable: { pods: "1" } })],
    pod: pod("a"),
    placed: [[pod("b"), "n1"]],
    want: "0/1 nodes are available: 1 Too many pods.",
  },
  {
    name: "extended resources",
    nodes: [node("n1", { allocatable: { "example.com/gpu": "1" } })],
    pod: pod("a", {}, { "example.com/gpu": "2" }),
    want: "0/1 nodes are available: 1 Insufficient example.com/gpu.",
  },
  {
    name: "taints, cordons, selectors and names give one reason a node",
    nodes: [
      node("n1", { spec: tainted }),
      node("n2", { spec: { unschedulable: true } }),
      node("n3", { labels: { disk: "hdd" } }),
    ],
    pod: pod("a", { nodeSelector: { disk: "ssd" } }),
    want: "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.",
  },
  {
    name: "a tolerated taint",
    nodes: [node("n1", { spec: tainted })],
    pod: pod("a", { tolerations: [{ key: "dedicated", operator: "Exists" }] }),
    want: "n1",
  },
  {
    name: "host ports conflict across addresses",
    nodes: [node("n1")],
    pod: pod("a", { containers: [{ name: "c", ports: [{ containerPort: 80, hostPort: 80 }] }] }),
    placed: [
      [
        pod("b", { containers: [{ name: "c", ports: [{ containerPort: 1, hostPort: 80, hostIP: "10.0.0.1" }] }] }),
        "n1",
      ],
    ],
    want: "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
  },
  {
    name: "a host port of another protocol is free",
    nodes: [node("n1")],
    pod: pod("a", { containers: [{ name: "c", ports: [{ containerPort: 80, hostPort: 80, protocol: "UDP" }] }] }),
    placed: [[pod("b", { containers: [{ name: "c", ports: [{ containerPort: 1, hostPort: 80 }] }] }), "n1"]],
    want: "n1",
  },
  {
    name: "the emptier node wins",
    nodes: [node("n1"), node("n2")],
    pod: pod("a", {}, { cpu: "1", memory: "1Gi" }),
    placed: [[pod("b", {}, { cpu: "2", memory: "4Gi" }), "n1"]],
    want: "n2",
  },
  {
    name: "preferred affinity outweighs a slightly emptier node",
    nodes: [node("n1", { labels: { zone: "a" } }), node("n2")],
    pod: pod(
      "a",
      {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 10, preference: { matchExpressions: [{ key: "zone", operator: "In", values: ["a"] }] } },
            ],
          },
        },
      },
      { cpu: "1" },
    ),
    placed: [[pod("b", {}, { cpu: "1" }), "n1"]],
    want: "n1",
  },
  {
    name: "required affinity by field",
    nodes: [node("n1"), node("n2")],
    pod: pod("a", {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["n2"] }] }],
          },
        },
      },
    }),
    want: "n2",
  },
  {
    name: "soft taints repel",
    nodes: [node("n1", { spec: { taints: [{ key: "x", effect: "PreferNoSchedule" }] } }), node("n2")],
    pod: pod("a"),
    want: "n2",
  },
];

describe("a scheduling cycle", () => {
  for (const each of cases) {
    it(each.name, () => assert.equal(decide(each.nodes, each.pod, each.placed), each.want));
  }

  it("prefers the node that has a large image already", () => {
    const image = { names: ["nginx:1.7.9"], sizeBytes: 900 * 1024 * 1024 };
    const withImage = node("n2");
    withImage.status!.images = [image];
    assert.equal(decide([node("n1"), withImage, node("n3")], pod("a")), "n2");
  });

  it("sees nodes that come, change and go through its cached masks", () => {
    const snapshot = new NodeSnapshot();
    const cycle = new SchedulingCycle(defaultProfile, snapshot, seededRandom(1));
    const run = (): string | undefined => cycle.decide(podInfo(pod("a"))).node;
    snapshot.setNode(node("n1", { spec: tainted }));
    assert.equal(run(), undefined);
    snapshot.setNode(node("n2"));
    assert.equal(run(), "n2");
    snapshot.setNode(node("n2", { spec: { unschedulable: true } }));
    assert.equal(run(), undefined);
    snapshot.setNode(node("n1"));
    assert.equal(run(), "n1");
    snapshot.removeNode("n1");
    assert.equal(run(), undefined);
    for (let at = 0; at < 100; at++) snapshot.setNode(node(`m${at}`));
    assert.match(run() ?? "", /^m\d+$/);
  });

  it("spreads equal pods over equal nodes", () => {
    const snapshot = new NodeSnapshot();
    for (let at = 0; at < 4; at++) snapshot.setNode(node(`n${at}`));
    const cycle = new SchedulingCycle(defaultProfile, snapshot, seededRandom(7));
    for (let at = 0; at < 8; at++) {
      const info = podInfo(pod(`p${at}`));
      snapshot.setPod(info, cycle.decide(info).node!);
    }
    assert.deepEqual([...snapshot.podCount.subarray(0, 4)], [2, 2, 2, 2]);
  });
});

describe("pod requests", () => {
  it("are the larger of init peak and containers with sidecars, plus overhead", () => {
    const requests = (cpu: string): { resources: { requests: Record<string, string> } } => ({
      resources: { requests: { cpu } },
    });
    const spec: PodSpec = {
      initContainers: [
        { name: "side", restartPolicy: "Always", ...requests("300m") },
        { name: "init", ...requests("2") },
      ],
      containers: [
        { name: "a", ...requests("500m") },
        { name: "b", ...requests("1") },
      ],
      overhead: { cpu: "50m" },
    };
    assert.equal(podInfo(pod("a", spec)).requests.milliCpu, 2350);
  });

  it("of the pod win over its containers'", () => {
    const spec = { resources: { requests: { cpu: "3" } } };
    assert.equal(podInfo(pod("a", spec, { cpu: "1" })).requests.milliCpu, 3000);
  });
});

describe("the snapshot", () => {
  it("counts a pod once wherever it was assumed before, and frees everything", () => {
    const snapshot = new NodeSnapshot();
    snapshot.setNode(node("n1"));
    snapshot.setNode(node("n2"));
    const info = podInfo(pod("a", {}, { cpu: "1" }));
    snapshot.setPod(info, "n1");
    snapshot.setPod(info, "n2");
    assert.deepEqual([...snapshot.requestedMilliCpu.subarray(0, 2)], [0, 1000]);
    assert.equal(snapshot.removePod(info.uid), info);
    assert.equal(snapshot.removePod(info.uid), undefined);
    assert.deepEqual([...snapshot.podCount.subarray(0, 2)], [0, 0]);
  });

  it("keeps pods of a node that is not known yet, and reuses rows of nodes that went", () => {
    const snapshot = new NodeSnapshot();
    const info = podInfo(pod("a", {}, { cpu: "1" }));
    snapshot.setPod(info, "later");
    assert.equal(snapshot.nodeCount, 0);
    snapshot.setNode(node("later"));
    assert.equal(snapshot.requestedMilliCpu[0], 1000);
    snapshot.removeNode("later");
    snapshot.removePod(info.uid);
    snapshot.setNode(node("other"));
    assert.equal(snapshot.size, 1);
    assert.equal(snapshot.name(0), "other");
  });
});
