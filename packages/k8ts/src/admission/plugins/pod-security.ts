/** Namespaces say, by label, how careful their pods must be: the Pod Security Standards (KEP-2579). */
import { fieldInvalid, invalid, type DeepReadonly } from "@k8ts/api";
import type { Namespace, Pod, PodTemplateSpec } from "@k8ts/api/core/v1";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { find, findAll, type LookupResource } from "../lookup.ts";
import type { AdmissionParts } from "../parts.ts";
import { isFor, objectOf, oldObjectOf, refuse } from "../requests.ts";
import { violationsOf, type Violation } from "./pod-security/evaluate.ts";
import { compareLevels, policyOf, textOfPolicy, type LabelFault, type LevelAndVersion } from "./pod-security/policy.ts";

/** Subresources of pods that run nothing new. */
const harmless = new Set(["exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status"]);

/** What has a pod template, by group and plural, and where. */
const templates: Readonly<Record<string, readonly string[]>> = {
  "/replicationcontrollers": ["spec", "template"],
  "/podtemplates": ["template"],
  "apps/replicasets": ["spec", "template"],
  "apps/deployments": ["spec", "template"],
  "apps/statefulsets": ["spec", "template"],
  "apps/daemonsets": ["spec", "template"],
  "batch/jobs": ["spec", "template"],
  "batch/cronjobs": ["spec", "jobTemplate", "spec", "template"],
};

const details = (violations: readonly Violation[]): string =>
  violations.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason)).join(", ");

type Spec = Pick<DeepReadonly<PodTemplateSpec>, "metadata" | "spec">;

function warn(request: AdmissionRequest, level: LevelAndVersion, violations: readonly Violation[]): void {
  if (violations.length === 0) return;
  request.context.warnings.push(`would violate PodSecurity ${textOfPolicy(level)}: ${details(violations)}`);
}

function labelsOf(request: AdmissionRequest, lookup: LookupResource): Readonly<Record<string, string>> | undefined {
  return find<Namespace>(lookup, "", "namespaces", "", request.namespace)?.metadata.labels;
}

function checkPod(request: AdmissionRequest, lookup: LookupResource): void {
  const policy = policyOf(labelsOf(request, lookup));
  if (policy.enforce.level === "privileged" && policy.warn.level === "privileged") return;
  const pod = objectOf<Pod>(request);
  if (request.operation === "UPDATE" && !changesImages(pod, oldObjectOf<Pod>(request))) return;
  const violations = violationsOf(policy.enforce, pod);
  if (violations.length > 0) {
    throw refuse(request, `violates PodSecurity ${textOfPolicy(policy.enforce)}: ${details(violations)}`);
  }
  warn(request, policy.warn, violationsOf(policy.warn, pod));
}

/** An update matters only where it runs another image. */
function changesImages(pod: DeepReadonly<Pod>, old: DeepReadonly<Pod>): boolean {
  const count = (one: DeepReadonly<Pod>, list: "containers" | "initContainers"): number =>
    one.spec?.[list]?.length ?? 0;
  for (const list of ["containers", "initContainers"] as const) {
    if (count(pod, list) !== count(old, list)) return true;
    if (pod.spec?.[list]?.some(({ image }, index) => image !== old.spec?.[list]?.[index]?.image)) return true;
  }
  const before = new Map(old.spec?.ephemeralContainers?.map(({ name, image }) => [name, image]));
  return pod.spec?.ephemeralContainers?.some(({ name, image }) => before.get(name) !== image) ?? false;
}

function checkTemplate(request: AdmissionRequest, path: readonly string[], lookup: LookupResource): void {
  const policy = policyOf(labelsOf(request, lookup));
  if (policy.warn.level === "privileged") return;
  let found: unknown = request.object;
  for (const step of path) found = (found as Record<string, unknown> | undefined)?.[step];
  if (found) warn(request, policy.warn, violationsOf(policy.warn, found as Spec));
}

const same = (a: readonly LabelFault[], b: readonly LabelFault[]): boolean => JSON.stringify(a) === JSON.stringify(b);

function checkNamespace(request: AdmissionRequest, lookup: LookupResource): void {
  const namespace = objectOf<Namespace>(request);
  const policy = policyOf(namespace.metadata.labels);
  const old = request.operation === "UPDATE" ? policyOf(oldObjectOf<Namespace>(request).metadata.labels) : undefined;
  if (policy.faults.length > 0 && !(old && old.faults.length > 0 && same(policy.faults, old.faults))) {
    const faults = policy.faults.map(({ label, value, detail }) =>
      fieldInvalid(`metadata.labels[${label}]`, value, detail),
    );
    throw invalid({ group: "", kind: "Namespace" }, request.name, faults);
  }
  if (!old) return;
  const { level, version } = policy.enforce;
  if (level === "privileged") return;
  if (version === old.enforce.version && compareLevels(level, old.enforce.level) <= 0) return;
  const name = namespace.metadata.name ?? "";
  request.context.warnings.push(...namespaceWarnings(name, policy.enforce, findAll<Pod>(lookup, "", "pods", name)));
}

/** Which of the pods that are there would not be let in any more. */
function namespaceWarnings(name: string, level: LevelAndVersion, pods: Iterable<DeepReadonly<Pod>>): string[] {
  const podsByReason = new Map<string, string[]>();
  for (const pod of pods) {
    const violations = violationsOf(level, pod);
    if (violations.length === 0) continue;
    const reason = violations.map((one) => one.reason).join(", ");
    const known = podsByReason.get(reason) ?? [];
    known.push(pod.metadata.name ?? "");
    podsByReason.set(reason, known);
  }
  if (podsByReason.size === 0) return [];
  const lines = [...podsByReason].map(([reason, names]) => {
    const [first, ...others] = names.sort();
    if (others.length === 0) return `${first}: ${reason}`;
    return `${first} (and ${others.length} other pod${others.length === 1 ? "" : "s"}): ${reason}`;
  });
  const heading = `existing pods in namespace ${JSON.stringify(name)} violate the new PodSecurity enforce level ${textOfPolicy(level)}`;
  return [heading, ...lines.sort()];
}

/** PodSecurity. */
export function podSecurity({ lookup }: AdmissionParts): AdmissionPlugin {
  const keyOf = ({ resource }: AdmissionRequest): string => `${resource.group}/${resource.resource}`;
  return {
    name: "PodSecurity",
    handles(request) {
      if (request.operation !== "CREATE" && request.operation !== "UPDATE") return false;
      const key = keyOf(request);
      if (key === "/pods") return !harmless.has(request.subresource);
      return request.subresource === "" && (isFor(request, "", "namespaces") || templates[key] !== undefined);
    },
    validate(request) {
      const path = templates[keyOf(request)];
      if (path) return checkTemplate(request, path, lookup);
      return isFor(request, "", "namespaces") ? checkNamespace(request, lookup) : checkPod(request, lookup);
    },
  };
}
