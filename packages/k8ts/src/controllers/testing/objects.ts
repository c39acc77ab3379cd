/** Objects for this room's tests. */
import type { Deployment, ReplicaSet } from "@k8ts/api/apps/v1";
import type { Node, Pod, Service } from "@k8ts/api/core/v1";

/** A pod template's labels and containers. */
export const template = (image = "nginx:1", app = "web"): NonNullable<Deployment["spec"]>["template"] => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: "main", image, ports: [{ name: "http", containerPort: 80 }] }] },
});

/** A Deployment as defaulting leaves it. */
export function deployment(name: string, replicas: number, spec: Partial<Deployment["spec"]> = {}): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: template(),
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      ...spec,
    },
  };
}

/** A ReplicaSet of pods labelled app=web. */
export function replicaSet(name: string, replicas: number, spec: Partial<ReplicaSet["spec"]> = {}): ReplicaSet {
  const selector = { matchLabels: { app: "web" } };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name, namespace: "default" },
    spec: { replicas, selector, template: template(), ...spec },
  };
}

/** A pod labelled app=web. */
export function pod(
  name: string,
  more: { metadata?: Pod["metadata"]; spec?: Partial<Pod["spec"]>; status?: Pod["status"] } = {},
): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid: `uid-${name}`, labels: { app: "web" }, ...more.metadata },
    spec: {
      containers: [{ name: "main", image: "nginx", ports: [{ name: "http", containerPort: 80 }] }],
      ...more.spec,
    },
    ...(more.status && { status: more.status }),
  };
}

/** A ready pod's status. */
export const ready = (ip: string, since = "2026-01-01T00:00:00Z"): Pod["status"] => ({
  phase: "Running",
  podIP: ip,
  podIPs: [{ ip }],
  conditions: [{ type: "Ready", status: "True", lastTransitionTime: since }],
});

/** A Service for pods labelled app=web. */
export function service(name: string, spec: Partial<Service["spec"]> = {}): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default" },
    spec: {
      selector: { app: "web" },
      clusterIP: "10.96.0.10",
      ipFamilies: ["IPv4"],
      ports: [{ port: 80, targetPort: "http", protocol: "TCP" }],
      ...spec,
    },
  };
}

/** A node, in a zone where one is given. */
export const node = (name: string, zone?: string): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, ...(zone && { labels: { "topology.kubernetes.io/zone": zone } }) },
});
