/** What plugins ask of CertificateSigningRequests: who may act for a signer, and whom a request names. */
import type * as X509 from "@peculiar/x509";
import { resourceAttributes, type UserInfo } from "../auth/index.ts";
import type { AdmissionParts } from "./parts.ts";

/** Whether `user` may `verb` for this signer, or for all signers of its domain. */
export async function mayActForSigner(
  authorize: AdmissionParts["authorize"],
  user: UserInfo,
  verb: "approve" | "sign",
  signer: string,
): Promise<boolean> {
  for (const name of [signer, `${signer.split("/")[0]}/*`]) {
    const target = { group: "certificates.k8s.io", version: "*", resource: "signers", name };
    const { decision } = await authorize(resourceAttributes(user, verb, target));
    if (decision === "allow") return true;
  }
  return false;
}

/** Whom a certificate would be for. */
export interface Subject {
  readonly commonName: string;
  readonly organizations: readonly string[];
}

let loading: Promise<typeof X509> | undefined;

/** The subject of a request in base64 of PEM (RFC 2986). The parser is loaded with the first request. */
export async function subjectOf(request: string): Promise<Subject> {
  // The library needs its polyfill loaded before itself.
  loading ??= import("reflect-metadata").then(() => import("@peculiar/x509"));
  const { Pkcs10CertificateRequest } = await loading;
  const { subjectName } = new Pkcs10CertificateRequest(Buffer.from(request, "base64").toString("latin1"));
  return { commonName: subjectName.getField("CN").at(-1) ?? "", organizations: subjectName.getField("O") };
}
