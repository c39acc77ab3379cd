/** /pods, what the kubelet means to run, and /runningpods, what its runtime runs. */
import type { Container } from "../runtimes/runtime.ts";
import type { ServerContext } from "./exchange.ts";
import { containerNameLabel, podNameLabel, podNamespaceLabel, podUidLabel } from "./source.ts";

function podList(items: readonly object[]): object {
  return { kind: "PodList", apiVersion: "v1", metadata: {}, items };
}

/** The body of /pods. */
export function boundPods({ source }: ServerContext): object {
  // Items of a list do not repeat its kind.
  return podList(source.pods().map((pod) => ({ ...pod, kind: undefined, apiVersion: undefined })));
}

/** The body of /runningpods: names, and the containers that run. */
export async function runningPods({ runtime }: ServerContext): Promise<object> {
  const pods = new Map<string, Container[]>();
  for (const container of await runtime.listContainers()) {
    if (container.state !== "RUNNING") continue;
    const uid = container.labels[podUidLabel] ?? "";
    pods.set(uid, [...(pods.get(uid) ?? []), container]);
  }
  const items = [...pods].map(([uid, containers]) => {
    const labels = containers[0]!.labels;
    return {
      metadata: { name: labels[podNameLabel], namespace: labels[podNamespaceLabel], uid },
      spec: {
        containers: containers.map(({ labels, image }) => ({ name: labels[containerNameLabel], image, resources: {} })),
      },
      status: {},
    };
  });
  return podList(items);
}
