/** Pods: what the store must know of them. */
import { podQosClass, formatTime, type DeepReadonly } from "@k8ts/api";
import type { Pod, PodAffinityTerm, PodSpec } from "@k8ts/api/core/v1";
import type { LabelSelector } from "@k8ts/api/meta/v1";
import type { RequestContext } from "../context.ts";
import { keepStatus } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";
import { podBinding } from "./pod-binding.ts";
import { podColumns, podRowConditions } from "./pod-columns.ts";
import { defaultPod } from "./pod-defaults.ts";
import { podEphemeralContainers } from "./pod-ephemeral-containers.ts";
import { podResize } from "./pod-resize.ts";
import { preparePodStatus, validatePodStatusUpdate } from "./pod-status.ts";
import { validatePodUpdate } from "./pod-update.ts";
import { validateNewPod } from "./pod-validation.ts";
import { podWarnings } from "./pod-warnings.ts";

type Labels = Readonly<Record<string, string>> | undefined;

/** Turns label keys into requirements on the pod's own values, so that peers of the same revision are meant. */
function applyLabelKeys(
  selector: LabelSelector | undefined,
  keys: readonly string[] | undefined,
  operator: "In" | "NotIn",
  labels: Labels,
): void {
  if (!selector) return;
  for (const key of keys ?? []) {
    const value = labels?.[key];
    if (value === undefined) continue;
    const term = { key, operator, values: [value] };
    const known = selector.matchExpressions?.some((other) => JSON.stringify(other) === JSON.stringify(term));
    if (!known) (selector.matchExpressions ??= []).push(term);
  }
}

function applyTermKeys(term: PodAffinityTerm, labels: Labels): void {
  applyLabelKeys(term.labelSelector, term.matchLabelKeys, "In", labels);
  applyLabelKeys(term.labelSelector, term.mismatchLabelKeys, "NotIn", labels);
}

function applyMatchLabelKeys(spec: PodSpec, labels: Labels): void {
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) applyTermKeys(term, labels);
    for (const { podAffinityTerm } of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      applyTermKeys(podAffinityTerm, labels);
    }
  }
  for (const constraint of spec.topologySpreadConstraints ?? []) {
    applyLabelKeys(constraint.labelSelector, constraint.matchLabelKeys, "In", labels);
  }
}

/** A new pod's status follows from its spec as admission left it. */
function prepareForCreate(pod: Pod, context: RequestContext): void {
  const spec = pod.spec ?? { containers: [] };
  applyMatchLabelKeys(spec, pod.metadata.labels);
  pod.status = { phase: "Pending", qosClass: podQosClass(spec) };
  if (!spec.schedulingGates?.length) return;
  pod.status.conditions = [
    {
      type: "PodScheduled",
      status: "False",
      lastTransitionTime: formatTime(context.clock.now()),
      reason: "SchedulingGated",
      message: "Scheduling is blocked due to non-empty scheduling gates",
    },
  ];
}

/** Nobody is there to end a pod that no node runs, or that has ended. */
function gracePeriod(pod: DeepReadonly<Pod>, requested: number | undefined): number {
  const phase = pod.status?.phase;
  if (!pod.spec?.nodeName || phase === "Failed" || phase === "Succeeded") return 0;
  const seconds = requested ?? pod.spec.terminationGracePeriodSeconds ?? 0;
  return seconds < 0 ? 1 : seconds;
}

const fieldNames = [
  "spec.nodeName",
  "spec.restartPolicy",
  "spec.schedulerName",
  "spec.serviceAccountName",
  "spec.hostNetwork",
  "status.phase",
  "status.podIP",
  "status.podIPs",
  "status.nominatedNodeName",
];

function fields({ spec, status }: DeepReadonly<Pod>): Record<string, string> {
  return {
    "spec.nodeName": spec?.nodeName ?? "",
    "spec.restartPolicy": spec?.restartPolicy ?? "",
    "spec.schedulerName": spec?.schedulerName ?? "",
    "spec.serviceAccountName": spec?.serviceAccountName ?? "",
    "spec.hostNetwork": String(spec?.hostNetwork ?? false),
    "status.phase": status?.phase ?? "",
    "status.podIP": status?.podIPs?.[0]?.ip ?? "",
    "status.nominatedNodeName": status?.nominatedNodeName ?? "",
  };
}

/** Pods. */
export const pod: Strategy<Pod> = {
  group: "",
  resource: "pods",
  default: defaultPod,
  prepareForCreate,
  prepareForUpdate: keepStatus,
  generation: true,
  validate: validateNewPod,
  validateUpdate: validatePodUpdate,
  warnings: podWarnings,
  fields,
  fieldNames,
  gracePeriod,
  columns: podColumns,
  rowConditions: podRowConditions,
  status: { prepareForUpdate: preparePodStatus, validateUpdate: validatePodStatusUpdate },
  subresources: { binding: podBinding, ephemeralcontainers: podEphemeralContainers, resize: podResize },
};
