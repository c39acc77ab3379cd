/** Pods: a kubelet makes mirror pods for itself, and reports on and evicts those that run on it. */
import { notFound, type DeepReadonly } from "@k8ts/api";
import type { Node, Pod } from "@k8ts/api/core/v1";
import type { OwnerReference } from "@k8ts/api/meta/v1";
import { find } from "../../lookup.ts";
import { objectOf, oldObjectOf } from "../../requests.ts";
import { existingPod, sameContent, type NodeWrite } from "./node-write.ts";
import { referencedKind } from "./references.ts";

const mirror = "kubernetes.io/config.mirror";

/** Creation and deletion of pods. */
export function checkPod(write: NodeWrite): void {
  const { request, quoted, name, refused } = write;
  switch (request.operation) {
    case "CREATE":
      return checkMirrorPod(write, objectOf<Pod>(request));
    case "DELETE":
      if (existingPod(write, request.name).spec?.nodeName !== name) {
        refused(`node ${quoted} can only delete pods with spec.nodeName set to itself`);
      }
      return;
    default:
      refused(`unexpected operation "${request.operation}", node ${quoted} can only create and delete mirror pods`);
  }
}

function checkMirrorPod(write: NodeWrite, { metadata, spec }: Pod): void {
  const { quoted, name, refused } = write;
  if (metadata.annotations?.[mirror] === undefined) {
    refused(`pod does not have "${mirror}" annotation, node ${quoted} can only create mirror pods`);
  }
  if (spec?.nodeName !== name) refused(`node ${quoted} can only create pods with spec.nodeName set to itself`);
  const [owner, another] = metadata.ownerReferences ?? [];
  if (another) refused(`node ${quoted} can only create pods with a single owner reference set to itself`);
  checkOwner(write, owner);
  const kind = referencedKind(spec);
  if (kind) refused(`node ${quoted} can not create pods that reference ${kind}`);
}

function checkOwner(
  { quoted, name, refused, parts }: NodeWrite,
  owner: DeepReadonly<OwnerReference> | undefined,
): void {
  const itself = owner?.apiVersion === "v1" && owner.kind === "Node" && owner.name === name;
  if (!itself) refused(`node ${quoted} can only create pods with an owner reference set to itself`);
  if (!owner!.controller) {
    refused(`node ${quoted} can only create pods with a controller owner reference set to itself`);
  }
  if (owner!.blockOwnerDeletion) refused(`node ${quoted} must not set blockOwnerDeletion on an owner reference`);
  const node = find<Node>(parts.lookup, "", "nodes", "", name);
  if (!node) throw notFound({ group: "", resource: "nodes" }, name);
  if (owner!.uid !== node.metadata.uid) {
    refused(`node ${name} UID mismatch: expected ${owner!.uid} got ${node.metadata.uid}`);
  }
}

/** Status of pods. */
export function checkPodStatus({ request, quoted, name, refused }: NodeWrite): void {
  if (request.operation !== "UPDATE") refused(`unexpected operation "${request.operation}"`);
  const old = oldObjectOf<Pod>(request);
  const pod = objectOf<Pod>(request);
  if (old.spec?.nodeName !== name) {
    refused(`node ${quoted} can only update pod status for pods with spec.nodeName set to itself`);
  }
  if (!sameContent(old.metadata.labels, pod.metadata.labels)) {
    refused(`node ${quoted} cannot update labels through pod status`);
  }
  if (!sameContent(old.status?.resourceClaimStatuses, pod.status?.resourceClaimStatuses)) {
    refused(`node ${quoted} cannot update resource claim statues`);
  }
  if (!sameContent(old.status?.extendedResourceClaimStatus, pod.status?.extendedResourceClaimStatus)) {
    refused(`node ${quoted} cannot update extended resource claim status`);
  }
}

/** Evictions. */
export function checkEviction(write: NodeWrite): void {
  const { request, name, refused } = write;
  if (request.operation !== "CREATE") refused(`unexpected operation ${request.operation}`);
  const pod = request.name || request.object?.metadata?.name;
  if (!pod) refused("could not determine pod from request data");
  if (existingPod(write, pod!).spec?.nodeName !== name) {
    refused(`node ${name} can only evict pods with spec.nodeName set to itself`);
  }
}
