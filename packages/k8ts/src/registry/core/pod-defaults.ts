/** Defaults of pods and pod specs that depend on other fields; the schema tables hold the plain ones. */
import type {
  Container,
  EphemeralContainer,
  Pod,
  PodSpec,
  PodTemplateSpec,
  ResourceRequirements,
  Volume,
} from "@k8ts/api/core/v1";
import { isHugePages } from "../meta/resource-names.ts";
import { roundResources } from "./resource-rounding.ts";
import { totalOf } from "./pod-resources.ts";

/** "Always" for the tag "latest" (which no tag and no digest mean too), else "IfNotPresent". */
export function defaultPullPolicy(image: string | undefined): "Always" | "IfNotPresent" {
  const reference = image ?? "";
  const at = reference.indexOf("@");
  const named = at < 0 ? reference : reference.slice(0, at);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (tag !== undefined) return tag === "latest" ? "Always" : "IfNotPresent";
  // A reference that names nothing valid is left for validation and the runtime to refuse.
  return at < 0 && named !== "" && named === named.toLowerCase() ? "Always" : "IfNotPresent";
}

function defaultContainer(container: Container | EphemeralContainer): void {
  container.imagePullPolicy ||= defaultPullPolicy(container.image);
  container.resources ??= {};
  roundRequirements(container.resources);
}

function roundRequirements(resources: ResourceRequirements): void {
  roundResources(resources.limits);
  roundResources(resources.requests);
}

function defaultVolume(volume: Volume): void {
  if (volume.image) volume.image.pullPolicy ||= defaultPullPolicy(volume.image.reference);
  for (const key in volume) if (key !== "name" && volume[key as keyof Volume] !== undefined) return;
  volume.emptyDir = {};
}

/** What holds for every pod spec, in Pods and in templates. */
export function defaultPodSpec(spec: PodSpec | undefined): void {
  if (!spec) return;
  // serviceAccount is the field's first name; whoever sets one reads both.
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount;
  spec.securityContext ??= {};
  for (const container of spec.containers ?? []) defaultContainer(container);
  for (const container of spec.initContainers ?? []) defaultContainer(container);
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  roundResources(spec.overhead);
  if (spec.resources) roundRequirements(spec.resources);
}

/** Defaults of a template. */
export function defaultPodTemplate(template: PodTemplateSpec | undefined): void {
  defaultPodSpec(template?.spec);
}

/** Defaults of a Pod: those of its spec, and what templates leave for their pods to decide. */
export function defaultPod(pod: Pod): void {
  const { spec } = pod;
  if (!spec) return;
  defaultPodSpec(spec);
  // Of pods, though not of templates, what was once let in as a negative number counts as the least.
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  for (const { resources } of containers) if (resources?.limits) requestLimits(resources);
  if (spec.resources) defaultPodResources(spec, spec.resources);
  spec.enableServiceLinks ??= true;
  if (!spec.hostNetwork) return;
  for (const { ports } of containers) for (const port of ports ?? []) port.hostPort ||= port.containerPort;
}

/** A limit without a request requests as much. */
function requestLimits(resources: ResourceRequirements): void {
  resources.requests = { ...resources.limits, ...resources.requests };
}

/** Requests and huge-page limits of the pod as a whole, where it says something of them (KEP-2837). */
function defaultPodResources(spec: PodSpec, resources: ResourceRequirements): void {
  const isSet = (amounts: Record<string, string> | undefined): boolean => Object.keys(amounts ?? {}).length > 0;
  if (!isSet(resources.limits) && !isSet(resources.requests)) return;
  const pages = Object.entries(totalOf(spec, "limits")).filter(
    ([name]) => isHugePages(name) && resources.requests?.[name] === undefined,
  );
  const limits = { ...Object.fromEntries(pages), ...resources.limits };
  if (!isSet(limits)) return;
  const compute = Object.entries(totalOf(spec, "requests")).filter(([name]) => name === "cpu" || name === "memory");
  const supported = Object.entries(limits).filter(([name]) => name === "cpu" || name === "memory" || isHugePages(name));
  const hadLimits = isSet(resources.limits) || pages.length > 0;
  resources.limits = limits;
  if (hadLimits) {
    resources.requests = { ...Object.fromEntries(supported), ...Object.fromEntries(compute), ...resources.requests };
  }
}
