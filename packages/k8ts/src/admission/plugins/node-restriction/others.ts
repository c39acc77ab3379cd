/** What else a kubelet writes: claims, tokens, its lease, its CSINode, resource slices, certificate requests. */
import type { TokenRequest } from "@k8ts/api/authentication/v1";
import type { CertificateSigningRequest } from "@k8ts/api/certificates/v1";
import type { PersistentVolumeClaim } from "@k8ts/api/core/v1";
import { deepEqual, type DeepReadonly, type KubernetesObject } from "@k8ts/api";
import { subjectOf } from "../../certificate-requests.ts";
import { objectOf, oldObjectOf } from "../../requests.ts";
import { existingPod, type NodeWrite } from "./node-write.ts";

const nameOf = ({ request }: NodeWrite): string | undefined =>
  request.operation === "CREATE" ? request.object?.metadata?.name : request.name;

/** What of a claim is not about growing it. */
function rest({ metadata, status = {}, ...claim }: DeepReadonly<PersistentVolumeClaim>): unknown {
  const { resourceVersion: _version, managedFields: _fields, ...kept } = metadata;
  const { capacity: _, conditions: __, allocatedResources: ___, allocatedResourceStatuses: ____, ...other } = status;
  return { ...claim, metadata: kept, status: other };
}

/** Status of claims: how far their growth has come. */
export function checkClaimStatus({ request, quoted, refused }: NodeWrite): void {
  if (request.operation !== "UPDATE") refused(`unexpected operation "${request.operation}"`);
  const claim = objectOf<PersistentVolumeClaim>(request);
  if (!deepEqual(rest(oldObjectOf<PersistentVolumeClaim>(request)), rest(claim))) {
    refused(`node ${quoted} is not allowed to update fields other than status.quantity and status.conditions`);
  }
}

/** Tokens of service accounts: only for pods on the node. */
export function checkToken(write: NodeWrite): void {
  const { request, name, refused } = write;
  if (request.operation !== "CREATE") return;
  const bound = objectOf<TokenRequest & KubernetesObject>(request).spec?.boundObjectRef;
  if (bound?.apiVersion !== "v1" || bound.kind !== "Pod" || !bound.name) {
    refused("node requested token not bound to a pod");
  }
  if (!bound!.uid) refused("node requested token with a pod binding without a uid");
  const pod = existingPod(write, bound!.name!);
  if (bound!.uid !== pod.metadata.uid) {
    const detail = `the UID in the bound object reference (${bound!.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    refused(detail);
  }
  if (pod.spec?.nodeName !== name) refused("node requested token bound to a pod scheduled on a different node");
}

/** Leases: its heartbeat. */
export function checkLease(write: NodeWrite): void {
  if (write.request.namespace !== "kube-node-lease") {
    write.refused('can only access leases in the "kube-node-lease" system namespace');
  }
  if (nameOf(write) !== write.name) {
    write.refused("can only access node lease with the same name as the requesting node");
  }
}

/** CSINodes: which drivers it has. */
export function checkCSINode(write: NodeWrite): void {
  if (nameOf(write) !== write.name) {
    write.refused("can only access CSINode with the same name as the requesting node");
  }
}

/** ResourceSlices: which devices it has. */
export function checkResourceSlice({ request, name, refused }: NodeWrite): void {
  const nodeNameOf = (object: unknown): string | undefined =>
    (object as { spec?: { nodeName?: string } } | undefined)?.spec?.nodeName;
  if (request.operation === "CREATE" && nodeNameOf(request.object) !== name) {
    refused("can only create ResourceSlice with the same NodeName as the requesting node");
  }
  if (request.operation === "DELETE" && nodeNameOf(request.oldObject) !== name) {
    refused("can only delete ResourceSlice with the same NodeName as the requesting node");
  }
}

const kubeletSigners = new Set(["kubernetes.io/kubelet-serving", "kubernetes.io/kube-apiserver-client-kubelet"]);

/** Certificates: in its own name. */
export async function checkCertificateRequest({ request, name, refused }: NodeWrite): Promise<void> {
  if (request.operation !== "CREATE" || request.subresource !== "") return;
  const { signerName = "", request: encoded = "" } = objectOf<CertificateSigningRequest>(request).spec ?? {};
  if (!kubeletSigners.has(signerName)) return;
  const subject = await subjectOf(encoded).catch((error: Error) => refused(`unable to parse csr: ${error.message}`));
  if (subject.commonName !== `system:node:${name}`) {
    refused(`can only create a node CSR with CN=system:node:${name}`);
  }
}
