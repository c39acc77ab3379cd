/** Nodes: a kubelet writes its own, and neither its taints nor labels that others trust. */
import type { Node } from "@k8ts/api/core/v1";
import { objectOf, oldObjectOf } from "../../requests.ts";
import { sameContent, type NodeWrite } from "./node-write.ts";

type Labels = Readonly<Record<string, string>>;

/** Labels of Kubernetes' own domains that kubelets do set. */
const kubeletLabels = new Set([
  "kubernetes.io/hostname",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "beta.kubernetes.io/instance-type",
  "node.kubernetes.io/instance-type",
  "kubernetes.io/os",
  "kubernetes.io/arch",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/arch",
]);

const within = (domain: string, parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);

function isForbidden(label: string): boolean {
  const slash = label.indexOf("/");
  const domain = slash < 0 ? "" : label.slice(0, slash);
  if (within(domain, "node-restriction.kubernetes.io")) return true;
  if (!within(domain, "kubernetes.io") && !within(domain, "k8s.io")) return false;
  const own =
    kubeletLabels.has(label) || within(domain, "kubelet.kubernetes.io") || within(domain, "node.kubernetes.io");
  return !own;
}

function forbiddenChanges(now: Labels, before: Labels): string {
  const changed = Object.keys({ ...before, ...now }).filter((label) => now[label] !== before[label]);
  return changed.filter(isForbidden).sort().join(", ");
}

/** Nodes and their status. */
export function checkNode({ request, name, quoted, refused }: NodeWrite): void {
  const { operation } = request;
  // A create without a name in the path says it in the object.
  const asked = request.name || request.object?.metadata?.name;
  if (asked !== name) refused(`node ${quoted} is not allowed to modify node ${JSON.stringify(asked ?? "")}`);
  if (operation === "CREATE") {
    const labels = forbiddenChanges(objectOf<Node>(request).metadata.labels ?? {}, {});
    if (labels) refused(`node ${quoted} is not allowed to set the following labels: ${labels}`);
  } else if (operation === "UPDATE") {
    const node = objectOf<Node>(request);
    const old = oldObjectOf<Node>(request);
    if (!sameContent(node.spec?.taints, old.spec?.taints)) refused(`node ${quoted} is not allowed to modify taints`);
    if (!sameContent(node.metadata.ownerReferences, old.metadata.ownerReferences)) {
      refused(`node ${quoted} is not allowed to modify ownerReferences`);
    }
    const labels = forbiddenChanges(node.metadata.labels ?? {}, old.metadata.labels ?? {});
    if (labels) refused(`is not allowed to modify labels: ${labels}`);
  }
}
