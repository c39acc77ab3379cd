/** The proxy's metrics, under upstream's names. */
import type { Counter, Metrics } from "@k8ts/api";

/** What is counted of syncs. */
export interface SyncMetrics {
  readonly failures: Counter;
  /** A sync that changed the kernel: all rules or a part, how long it took and when it ended, in seconds. */
  synced(full: boolean, seconds: number, now: number): void;
}

/** 1 ms to 16 s, doubling. */
const buckets = Array.from({ length: 15 }, (_, n) => 0.001 * 2 ** n);

/** Makes the metrics. */
export function syncMetrics(metrics: Metrics): SyncMetrics {
  const histogram = (name: string, help: string) => metrics.histogram(name, help, [], buckets);
  const all = histogram("kubeproxy_sync_proxy_rules_duration_seconds", "SyncProxyRules latency in seconds");
  const full = histogram(
    "kubeproxy_sync_full_proxy_rules_duration_seconds",
    "SyncProxyRules latency in seconds for full resyncs",
  );
  const partial = histogram(
    "kubeproxy_sync_partial_proxy_rules_duration_seconds",
    "SyncProxyRules latency in seconds for partial resyncs",
  );
  const last = metrics.gauge(
    "kubeproxy_sync_proxy_rules_last_timestamp_seconds",
    "The last time proxy rules were successfully synced",
  );
  return {
    failures: metrics.counter(
      "kubeproxy_sync_proxy_rules_nftables_sync_failures_total",
      "Cumulative proxy nftables sync failures",
    ),
    synced(isFull, seconds, now) {
      all.observe(seconds);
      (isFull ? full : partial).observe(seconds);
      last.set(now);
    },
  };
}
