/** Counts and times requests under upstream's metric names. */
import type { Metrics, Scheme } from "@k8ts/api";
import type { Exchange, Observer } from "../exchange.ts";

/** Upstream's buckets, in seconds. */
const durationBuckets = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];

const knownMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Verbs as metrics spell them. */
export function metricVerb(verb: string, method: string): string {
  switch (verb) {
    case "create":
      return "POST";
    case "update":
      return "PUT";
    case "":
      return "other";
    case "get":
    case "list":
    case "watch":
    case "patch":
    case "delete":
    case "deletecollection":
    case "proxy":
      return verb.toUpperCase();
    default:
      return knownMethods.has(method) ? method : "other";
  }
}

/** How wide a request reaches: "resource", "namespace" or "cluster". */
function scopeOf({ info }: Exchange): string {
  if (info.name !== "") return "resource";
  if (info.namespace !== "") return "namespace";
  return info.isResourceRequest ? "cluster" : "";
}

/** Meters shared by HTTP and in-process requests. */
export interface RequestMeter {
  done(labels: RequestLabels, code: number, seconds: number): void;
}

/** What a request is counted under. */
export interface RequestLabels {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly scope: string;
  readonly dryRun: boolean;
  /** True for watches and streams: counted, not timed. */
  readonly longRunning: boolean;
}

/** Makes the meter over `metrics`. */
export function requestMeter(metrics: Metrics): RequestMeter {
  const names = ["verb", "dry_run", "group", "version", "resource", "subresource", "scope", "component"];
  const total = metrics.counter(
    "apiserver_request_total",
    "Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.",
    [...names, "code"],
  );
  const duration = metrics.histogram(
    "apiserver_request_duration_seconds",
    "Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.",
    names,
    durationBuckets,
  );
  return {
    done(labels, code, seconds) {
      const { verb, dryRun, group, version, resource, subresource, scope } = labels;
      const values = [verb, dryRun ? "All" : "", group, version, resource, subresource, scope, "apiserver"];
      total.add(1, ...values, String(code));
      if (!labels.longRunning) duration.observe(seconds, ...values);
    },
  };
}

/** What is not served is counted together: clients choose what they ask for, and every label is kept for ever. */
const notServed = { group: "", version: "", resource: "", subresource: "" };

function targetOf({ info }: Exchange, scheme: Scheme, status: number): typeof notServed {
  if (!info.isResourceRequest) {
    const [, first = ""] = info.path.split("/", 2);
    return status === 404 || status === 403 ? notServed : { ...notServed, subresource: `/${first}` };
  }
  const { group, version, resource, subresource } = info;
  const served = scheme.resource(group, version, resource);
  if (!served) return notServed;
  const known = subresource === "" || served.subresources.some(({ name }) => name === subresource);
  return known ? info : notServed;
}

/** Meters every HTTP request. Paths that are no resource are counted under their first segment only. */
export function requestMetrics(meter: RequestMeter, scheme: Scheme): Observer {
  return (exchange, response) => {
    const { info, request, query, longRunning } = exchange;
    const { group, version, resource, subresource } = targetOf(exchange, scheme, response.status);
    const labels: RequestLabels = {
      verb: metricVerb(info.verb, request.method),
      group,
      version,
      resource,
      subresource,
      scope: scopeOf(exchange),
      dryRun: query.first("dryRun") === "All",
      longRunning,
    };
    meter.done(labels, response.status, (exchange.clock.monotonic() - exchange.received) / 1000);
  };
}
