/** Who may approve and who may sign certificates for a signer, and what no certificate may say. */
import type { CertificateSigningRequest } from "@k8ts/api/certificates/v1";
import { deepEqual } from "@k8ts/api";
import type { AdmissionPlugin } from "../admission.ts";
import { mayActForSigner, subjectOf } from "../certificate-requests.ts";
import type { AdmissionParts } from "../parts.ts";
import { isFor, objectOf, oldObjectOf, refuse } from "../requests.ts";

const group = "certificates.k8s.io";
const plural = "certificatesigningrequests";
const clientSigner = "kubernetes.io/kube-apiserver-client";

/** CertificateApproval. */
export function certificateApproval({ authorize }: AdmissionParts): AdmissionPlugin {
  return {
    name: "CertificateApproval",
    handles: (request) => request.operation === "UPDATE" && isFor(request, group, plural, "approval"),
    async validate(request) {
      const { signerName = "" } = oldObjectOf<CertificateSigningRequest>(request).spec ?? {};
      if (await mayActForSigner(authorize, request.context.user, "approve", signerName)) return;
      throw refuse(request, `user not permitted to approve requests with signerName ${JSON.stringify(signerName)}`);
    },
  };
}

/** CertificateSigning. */
export function certificateSigning({ authorize }: AdmissionParts): AdmissionPlugin {
  return {
    name: "CertificateSigning",
    handles: (request) => request.operation === "UPDATE" && isFor(request, group, plural, "status"),
    async validate(request) {
      const old = oldObjectOf<CertificateSigningRequest>(request);
      const { status } = objectOf<CertificateSigningRequest>(request);
      const same =
        (status?.certificate ?? "") === (old.status?.certificate ?? "") &&
        deepEqual(status?.conditions ?? [], old.status?.conditions ?? []);
      if (same) return;
      const { signerName = "" } = old.spec ?? {};
      if (await mayActForSigner(authorize, request.context.user, "sign", signerName)) return;
      throw refuse(request, `user not permitted to sign requests with signerName ${JSON.stringify(signerName)}`);
    },
  };
}

/** CertificateSubjectRestriction. */
export function certificateSubjectRestriction(): AdmissionPlugin {
  return {
    name: "CertificateSubjectRestriction",
    handles: (request) => request.operation === "CREATE" && isFor(request, group, plural),
    async validate(request) {
      const { signerName, request: encoded = "" } = objectOf<CertificateSigningRequest>(request).spec ?? {};
      if (signerName !== clientSigner) return;
      const subject = await subjectOf(encoded).catch((error: Error) => {
        throw refuse(request, `failed to parse CSR: ${error.message}`);
      });
      if (subject.organizations.includes("system:masters")) {
        throw refuse(request, `use of ${clientSigner} signer with system:masters group is not allowed`);
      }
    },
  };
}
