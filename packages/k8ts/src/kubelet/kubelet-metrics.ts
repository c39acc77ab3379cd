/** The kubelet's own metrics, by upstream's names. */
import type { Metrics } from "@k8ts/api";
import type { ProbeOptions } from "./probes/probe-worker.ts";

/** What is counted. */
export interface KubeletMetrics {
  readonly probed: ProbeOptions["probed"];
}

/** Registers the metrics. */
export function kubeletMetrics(metrics: Metrics): KubeletMetrics {
  const probes = metrics.counter(
    "prober_probe_total",
    "Cumulative number of a liveness, readiness or startup probe for a container by result.",
    ["probe_type", "result", "container", "pod", "namespace", "pod_uid"],
  );
  return {
    probed: (type, result, pod, container) => {
      const { name = "", namespace = "", uid = "" } = pod.metadata;
      probes.add(1, type, result, container, name, namespace, uid);
    },
  };
}
