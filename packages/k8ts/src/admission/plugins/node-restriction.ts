/** A kubelet writes only about its own node and the pods on it, even with another kubelet's name in hand. */
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { nodeIdentity } from "../../auth/index.ts";
import type { AdmissionParts } from "../parts.ts";
import { refuse } from "../requests.ts";
import { checkNode } from "./node-restriction/nodes.ts";
import { checkEviction, checkPod, checkPodStatus } from "./node-restriction/pods.ts";
import {
  checkCertificateRequest,
  checkClaimStatus,
  checkCSINode,
  checkLease,
  checkResourceSlice,
  checkToken,
} from "./node-restriction/others.ts";
import { nodeWrite, type NodeCheck } from "./node-restriction/node-write.ts";

/** By "group/resource", or "group/resource/subresource" where they differ. */
const checks: Readonly<Record<string, NodeCheck>> = {
  "/pods": checkPod,
  "/pods/status": checkPodStatus,
  "/pods/eviction": checkEviction,
  "/nodes": checkNode,
  "/nodes/status": checkNode,
  "/persistentvolumeclaims": ({ refused }) => refused("may only update PVC status"),
  "/persistentvolumeclaims/status": checkClaimStatus,
  "/serviceaccounts/token": checkToken,
  "coordination.k8s.io/leases": checkLease,
  "storage.k8s.io/csinodes": checkCSINode,
  "resource.k8s.io/resourceslices": checkResourceSlice,
  "certificates.k8s.io/certificatesigningrequests": checkCertificateRequest,
};

const key = ({ resource, subresource }: AdmissionRequest): string =>
  `${resource.group}/${resource.resource}${subresource && `/${subresource}`}`;

/** NodeRestriction. */
export function nodeRestriction(parts: AdmissionParts): AdmissionPlugin {
  return {
    name: "NodeRestriction",
    handles: ({ context }) => nodeIdentity(context.user) !== undefined,
    async admit(request) {
      const name = nodeIdentity(request.context.user)!;
      if (name === "") {
        throw refuse(request, `could not determine node from user ${JSON.stringify(request.context.user.name)}`);
      }
      const check = checks[key(request)];
      if (check) return check(nodeWrite(name, request, parts));
      if (key(request).startsWith("/pods/")) {
        const subresource = JSON.stringify(request.subresource);
        const detail = `unexpected pod subresource ${subresource}, only 'status' and 'eviction' are allowed`;
        throw refuse(request, detail);
      }
    },
  };
}
