/** Nodes: what the store must know of them. */
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  isLabelValue,
  isQualifiedName,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Node, Taint } from "@k8ts/api/core/v1";
import { checkLegacyCIDR, isDualStack } from "../meta/addresses.ts";
import { checkFormat, checkPositive, checkRequiredSupported } from "../meta/field-checks.ts";
import { checkResourceAmount } from "../meta/resource-names.ts";
import { ageColumn, nameColumn, text, wide } from "../printing/columns.ts";
import { keepAllButStatus, keepStatus } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";
import { taintEffects } from "./pod-scheduling.ts";
import { roundResources } from "./resource-rounding.ts";

type In<T> = DeepReadonly<T>;

function defaults({ status }: Node): void {
  if (!status) return;
  roundResources(status.capacity);
  roundResources(status.allocatable);
  if (status.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
}

/** Taints: well formed, and each key once per effect. */
export function checkTaints(taints: readonly In<Taint>[] | undefined, path: string, faults: FieldError[]): void {
  const seen = new Set<string>();
  taints?.forEach((taint, index) => {
    const at = `${path}[${index}]`;
    checkFormat(taint.key ?? "", isQualifiedName, `${at}.key`, faults);
    const details = isLabelValue(taint.value ?? "");
    if (details.length > 0) faults.push(fieldInvalid(`${at}.value`, taint.value, details.join(";")));
    checkRequiredSupported(taint.effect, taintEffects, `${at}.effect`, faults);
    const pair = `${taint.effect}/${taint.key}`;
    if (seen.has(pair)) {
      const duplicate = fieldDuplicate(at, taint);
      faults.push({ ...duplicate, detail: `${duplicate.detail}: taints must be unique by key and effect pair` });
    }
    seen.add(pair);
  });
}

function checkNode(node: In<Node>, faults: FieldError[]): void {
  checkTaints(node.spec?.taints, "metadata.taints", faults);
  checkAmounts(node, faults);
  checkPositive(node.status?.nodeInfo?.swap?.capacity, "metadata.nodeSwapStatus.capacity", faults);
  const cidrs = node.spec?.podCIDRs ?? [];
  cidrs.forEach((cidr, index) => checkLegacyCIDR(cidr, `spec.podCIDRs[${index}]`, faults));
  if (cidrs.length > 1 && (!isDualStack(cidrs) || cidrs.length > 2)) {
    faults.push(fieldInvalid("spec.podCIDRs", cidrs, "may specify no more than one CIDR for each IP family"));
  }
}

function checkAmounts({ status }: In<Node>, faults: FieldError[]): void {
  for (const field of ["capacity", "allocatable"] as const) {
    const amounts = status?.[field];
    for (const name in amounts) checkResourceAmount(name, amounts[name]!, `status.${field}.${name}`, faults);
  }
}

/** What an update of the node or its status may not change. */
function checkChange(node: In<Node>, old: In<Node>, faults: FieldError[]): void {
  const seen = new Set<string>();
  node.status?.addresses?.forEach((address, index) => {
    const key = `${address.type}/${address.address}`;
    if (seen.has(key)) faults.push(fieldDuplicate(`status.addresses[${index}]`, address));
    seen.add(key);
  });
  const before = old.spec?.podCIDRs ?? [];
  const now = node.spec?.podCIDRs ?? [];
  if (before.length > 0 && (before.length !== now.length || before.some((cidr, index) => cidr !== now[index]))) {
    const detail = 'node updates may not change podCIDR except from "" to valid';
    faults.push(fieldForbidden("spec.podCIDRs", detail));
  }
  if (old.spec?.providerID && old.spec.providerID !== node.spec?.providerID) {
    const detail = 'node updates may not change providerID except from "" to valid';
    faults.push(fieldForbidden("spec.providerID", detail));
  }
  if ((node.spec?.externalID ?? "") !== (old.spec?.externalID ?? "")) {
    faults.push(fieldForbidden("spec.externalID", "may not be updated"));
  }
  checkFeatures(node.status?.declaredFeatures, faults);
}

function checkFeatures(features: readonly string[] | undefined, faults: FieldError[]): void {
  features?.forEach((feature, index) => {
    const path = `status.declaredFeatures[${index}]`;
    if (feature === "") faults.push(fieldRequired(path));
    const previous = features[index - 1];
    if (previous === feature) faults.push(fieldDuplicate(path, feature));
    else if (previous !== undefined && previous > feature) {
      faults.push(fieldInvalid(path, feature, "list must be sorted alphabetically"));
    }
  });
}

/** podCIDR is the first of podCIDRs; whoever sets one reads both. */
function alignPodCIDRs({ spec }: Node): void {
  if (!spec) return;
  if (spec.podCIDR && !spec.podCIDRs?.length) spec.podCIDRs = [spec.podCIDR];
  else if (spec.podCIDRs?.length) spec.podCIDR = spec.podCIDRs[0];
}

function statusText({ spec, status }: In<Node>): string {
  const ready = status?.conditions?.findLast(({ type }) => type === "Ready");
  const state = !ready ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  return spec?.unschedulable ? `${state},SchedulingDisabled` : state;
}

const rolePrefix = "node-role.kubernetes.io/";

function rolesText({ metadata }: In<Node>): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) roles.add(key.slice(rolePrefix.length));
    else if (key === "kubernetes.io/role" && value) roles.add(value);
  }
  return [...roles].sort().join(",") || "<none>";
}

const addressOf = ({ status }: In<Node>, type: string): string =>
  status?.addresses?.find((address) => address.type === type)?.address ?? "<none>";

function kernelText({ status }: In<Node>): string {
  const { kernelVersion, architecture } = status?.nodeInfo ?? {};
  return `${kernelVersion || "<unknown>"}${architecture ? ` (${architecture})` : ""}`;
}

/** Nodes. */
export const node: Strategy<Node> = {
  group: "",
  resource: "nodes",
  default(object) {
    defaults(object);
    alignPodCIDRs(object);
  },
  prepareForCreate(object) {
    if (object.spec) object.spec.configSource = undefined;
    if (object.status) object.status.config = undefined;
  },
  prepareForUpdate(object, old) {
    keepStatus(object, old);
    if (object.spec && !old.spec?.configSource) object.spec.configSource = undefined;
  },
  validate(object) {
    const faults: FieldError[] = [];
    checkNode(object, faults);
    checkFeatures(object.status?.declaredFeatures, faults);
    return faults;
  },
  validateUpdate(object, old) {
    const faults: FieldError[] = [];
    checkNode(object, faults);
    checkChange(object, old, faults);
    return faults;
  },
  warnings: ({ spec }) =>
    spec?.externalID ? ["spec.externalID: this field is deprecated, and is unused by Kubernetes"] : [],
  fields: ({ spec }) => ({ "spec.unschedulable": String(spec?.unschedulable ?? false) }),
  fieldNames: ["spec.unschedulable"],
  columns: [
    nameColumn,
    text("Status", "Whether the node is ready and takes pods.", statusText),
    text("Roles", "What the node is for.", rolesText),
    ageColumn,
    text("Version", "Version of the node's kubelet.", ({ status }) => status?.nodeInfo?.kubeletVersion ?? ""),
    wide(text("Internal-IP", "Address within the cluster.", (object) => addressOf(object, "InternalIP"))),
    wide(text("External-IP", "Address from outside.", (object) => addressOf(object, "ExternalIP"))),
    wide(text("OS-Image", "The node's operating system.", ({ status }) => status?.nodeInfo?.osImage || "<unknown>")),
    wide(text("Kernel-Version", "The node's kernel.", kernelText)),
    wide(
      text(
        "Container-Runtime",
        "What runs the node's containers.",
        ({ status }) => status?.nodeInfo?.containerRuntimeVersion || "<unknown>",
      ),
    ),
  ],
  status: {
    prepareForUpdate(object, old) {
      keepAllButStatus(object, old);
      if (object.status && !old.status?.config) object.status.config = undefined;
    },
    validateUpdate(object, old) {
      const faults: FieldError[] = [];
      checkAmounts(object, faults);
      checkChange(object, old, faults);
      return faults;
    },
  },
};
