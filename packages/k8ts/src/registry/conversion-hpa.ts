/**
 * HorizontalPodAutoscalers: autoscaling/v1 knows one CPU target; what else v2 says travels in annotations, so that a
 * client of v1 can read, change and write back without losing it. The annotations exist only in v1.
 */
import { at, defined, listAt, type Converter, type Fields } from "./conversion-fields.ts";
import { currentFromV1, currentToV1, metricFromV1, metricToV1 } from "./conversion-hpa-metrics.ts";

const prefix = "autoscaling.alpha.kubernetes.io/";
const annotation = {
  metrics: `${prefix}metrics`,
  currentMetrics: `${prefix}current-metrics`,
  conditions: `${prefix}conditions`,
  behavior: `${prefix}behavior`,
} as const;

const roundTrip: readonly string[] = [
  ...Object.values(annotation),
  `${prefix}scale-down-tolerance`,
  `${prefix}scale-up-tolerance`,
];

/** Per cent of requested CPU where nothing is said; upstream's default since autoscaling/v1. */
const defaultUtilization = 80;

const cpuMetric = (averageUtilization: unknown): Fields => ({
  type: "Resource",
  resource: { name: "cpu", target: { type: "Utilization", averageUtilization } },
});

const isCpu = (metric: Fields): boolean => metric["type"] === "Resource" && at(metric, "resource")["name"] === "cpu";

const cpuTarget = (metric: Fields): unknown =>
  isCpu(metric) ? at(at(metric, "resource"), "target")["averageUtilization"] : undefined;

function withoutRoundTrip(annotations: Fields): Fields {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !roundTrip.includes(key)));
}

function fromStorage(hpa: Fields): Fields {
  const { metrics, behavior, ...spec } = at(hpa, "spec");
  const { currentMetrics, conditions, ...status } = at(hpa, "status");
  const targets = (metrics ?? []) as readonly Fields[];
  const others = targets.filter((metric) => cpuTarget(metric) === undefined);
  const current = (currentMetrics ?? []) as readonly Fields[];
  const notes: Record<string, string> = { ...(withoutRoundTrip(at(at(hpa, "metadata"), "annotations")) as object) };
  if (others.length > 0) notes[annotation.metrics] = JSON.stringify(others.map(metricToV1));
  if (current.length > 0) notes[annotation.currentMetrics] = JSON.stringify(current.map(currentToV1));
  if (behavior) notes[annotation.behavior] = JSON.stringify(recased(behavior, upper));
  if (conditions && (conditions as unknown[]).length > 0) notes[annotation.conditions] = JSON.stringify(conditions);
  const target = targets.map(cpuTarget).find((value) => value !== undefined);
  const measured = current.find(isCpu);
  return {
    ...hpa,
    metadata: withAnnotations(at(hpa, "metadata"), notes),
    spec: defined({ ...spec, targetCPUUtilizationPercentage: target }),
    ...(hpa["status"] !== undefined && {
      status: defined({
        ...status,
        currentCPUUtilizationPercentage: measured && at(at(measured, "resource"), "current")["averageUtilization"],
      }),
    }),
  };
}

function withAnnotations(metadata: Fields, annotations: Fields): Fields {
  const empty = Object.keys(annotations).length === 0;
  return { ...metadata, annotations: empty ? undefined : annotations };
}

function toStorage(hpa: Fields): Fields {
  const metadata = at(hpa, "metadata");
  const notes = at(metadata, "annotations") as Readonly<Record<string, string>>;
  const { targetCPUUtilizationPercentage: target, ...spec } = at(hpa, "spec");
  const metrics = [
    ...(parsed<Fields[]>(notes[annotation.metrics]) ?? []).map(metricFromV1),
    ...(target === undefined ? [] : [cpuMetric(target)]),
  ];
  const behavior = parsed<Fields>(notes[annotation.behavior]);
  return {
    ...hpa,
    metadata: withAnnotations(metadata, withoutRoundTrip(notes)),
    spec: defined({
      ...spec,
      metrics: metrics.length > 0 ? metrics : [cpuMetric(defaultUtilization)],
      behavior: behavior && recased(behavior, lower),
    }),
    ...(hpa["status"] !== undefined && { status: statusToStorage(at(hpa, "status"), notes) }),
  };
}

function statusToStorage(v1: Fields, notes: Readonly<Record<string, string>>): Fields {
  const { currentCPUUtilizationPercentage: measured, ...status } = v1;
  const simple =
    measured === undefined
      ? undefined
      : [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: measured } } }];
  const noted = parsed<Fields[]>(notes[annotation.currentMetrics])?.map(currentFromV1);
  return defined({
    ...status,
    currentMetrics: noted ?? simple ?? listAt(undefined, ""),
    conditions: parsed<Fields[]>(notes[annotation.conditions]),
  });
}

/** What an annotation holds; one that a person has broken counts as absent. */
function parsed<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

const upper = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** Upstream writes the behavior annotation with capital field names. */
function recased(value: unknown, change: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => recased(item, change));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([name, inner]) => [change(name), recased(inner, change)]));
}

/** Between autoscaling/v1 and autoscaling/v2. */
export const horizontalPodAutoscalerConverter: Converter = { toStorage, fromStorage };
