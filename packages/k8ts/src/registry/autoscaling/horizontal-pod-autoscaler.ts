/** HorizontalPodAutoscalers, as autoscaling/v2 has them: what the store must know of them. */
import { canonicalQuantity, type DeepReadonly } from "@k8ts/api";
import type {
  HorizontalPodAutoscaler,
  HPAScalingRules,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from "@k8ts/api/autoscaling/v2";
import { ageColumn, nameColumn, text, textOf } from "../printing/columns.ts";
import { clearStatus, keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";
import { metricFields } from "./horizontal-pod-autoscaler-metrics.ts";
import { validateAutoscaler, validateAutoscalerStatus } from "./horizontal-pod-autoscaler-validation.ts";

type In<T> = DeepReadonly<T>;

function fillRules(rules: HPAScalingRules, defaults: HPAScalingRules): void {
  rules.selectPolicy ??= "Max";
  if (defaults.stabilizationWindowSeconds !== undefined) {
    rules.stabilizationWindowSeconds ??= defaults.stabilizationWindowSeconds;
  }
  rules.policies ??= defaults.policies!;
}

function setDefaults({ spec }: HorizontalPodAutoscaler): void {
  if (!spec) return;
  if (!spec.metrics?.length) {
    const target = { type: "Utilization", averageUtilization: 80 };
    spec.metrics = [{ type: "Resource", resource: { name: "cpu", target } }];
  }
  const { behavior } = spec;
  if (!behavior) return;
  const everyQuarter = { type: "Percent", value: 100, periodSeconds: 15 };
  const podsPolicy = { type: "Pods", value: 4, periodSeconds: 15 };
  fillRules((behavior.scaleUp ??= {}), { stabilizationWindowSeconds: 0, policies: [podsPolicy, { ...everyQuarter }] });
  fillRules((behavior.scaleDown ??= {}), { policies: [{ ...everyQuarter }] });
}

/** "cpu: 12%/80%" */
function metricText(metric: In<MetricSpec>, status: In<MetricStatus> | undefined): string {
  const field = metricFields[metric.type];
  const target: In<MetricTarget> | undefined = field && metric[field]?.target;
  const current: In<MetricValueStatus> | undefined = field && status?.[field]?.current;
  if (!field || !target) return "<unknown type>";
  const amount = (quantity: string | undefined): string =>
    quantity === undefined ? "<unknown>" : canonicalQuantity(quantity);
  if (field === "resource" || field === "containerResource") {
    const name = metric[field]!.name;
    if (target.averageValue !== undefined)
      return `${name}: ${amount(current?.averageValue)}/${amount(target.averageValue)}`;
    const percent = (share: number | undefined, none: string): string => (share === undefined ? none : `${share}%`);
    return `${name}: ${percent(current?.averageUtilization, "<unknown>")}/${percent(target.averageUtilization, "<auto>")}`;
  }
  if (field === "pods") return `${amount(current?.averageValue)}/${amount(target.averageValue)}`;
  if (target.averageValue !== undefined) return `${amount(current?.averageValue)}/${amount(target.averageValue)} (avg)`;
  return `${amount(current?.value)}/${amount(target.value)}`;
}

function metricsText({ spec, status }: In<HorizontalPodAutoscaler>): string {
  const all = (spec?.metrics ?? []).map((metric, index) => metricText(metric, status?.currentMetrics?.[index]));
  if (all.length === 0) return "<none>";
  const shown = all.slice(0, 2).join(", ");
  return all.length > 2 ? `${shown} + ${all.length - 2} more...` : shown;
}

/** HorizontalPodAutoscalers. */
export const horizontalPodAutoscaler: Strategy<HorizontalPodAutoscaler> = {
  group: "autoscaling",
  resource: "horizontalpodautoscalers",
  default: setDefaults,
  prepareForCreate: clearStatus,
  prepareForUpdate: keepStatus,
  validate: (object) => validateAutoscaler(object),
  validateUpdate: (object, old) => validateAutoscaler(object, old),
  columns: [
    nameColumn,
    text("Reference", "What it scales.", ({ spec }) => `${spec?.scaleTargetRef.kind}/${spec?.scaleTargetRef.name}`),
    text("Targets", "Current and wanted values of its metrics.", metricsText),
    text("MinPods", "Fewest pods.", ({ spec }) =>
      spec?.minReplicas === undefined ? "<unset>" : String(spec.minReplicas),
    ),
    textOf("MaxPods", "Most pods.", ({ spec }) => spec?.maxReplicas ?? 0),
    textOf("Replicas", "Pods there are.", ({ status }) => status?.currentReplicas ?? 0),
    ageColumn,
  ],
  status: statusSubresource<HorizontalPodAutoscaler>(validateAutoscalerStatus),
};
