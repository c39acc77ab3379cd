/** Rules of CertificateSigningRequests: what they ask for, and who may say what of them in which subresource. */
import { X509Certificate } from "node:crypto";
import {
  deepEqual,
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from "@k8ts/api/certificates/v1";
import { checkSignerName } from "../meta/signer-name.ts";
import { certificateRequestFault } from "./certificate-request-signature.ts";

type Request = DeepReadonly<CertificateSigningRequest>;
type Condition = DeepReadonly<CertificateSigningRequestCondition>;

const usages = [
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
];

/** The conditions that only the approval subresource may set. */
export const decisions: readonly string[] = ["Approved", "Denied"];
/** These are true or absent, and stay. */
const lasting = [...decisions, "Failed"];

const conditionsOf = (request: Request, type?: string): Condition[] =>
  (request.status?.conditions ?? []).filter((condition) => type === undefined || condition.type === type);

const repeated = (values: readonly (string | undefined)[]): boolean => new Set(values).size < values.length;

/** All that is wrong with a request; an update may keep the faults that `old` has. */
export function validateRequest(request: Request, old?: Request): FieldError[] {
  const faults: FieldError[] = [];
  const { spec } = request;
  const pem = Buffer.from(spec.request ?? "", "base64").toString("latin1");
  // The spec of a request never changes: it was looked at when it came.
  const fault = old && spec.request === old.spec.request ? undefined : certificateRequestFault(pem);
  if (fault) faults.push(fieldInvalid("spec.request", spec.request, fault));
  checkUsages(spec.usages ?? [], old?.spec.usages ?? [], faults);
  if (spec.signerName === "kubernetes.io/legacy-unknown" && old?.spec.signerName !== spec.signerName) {
    const detail = "the legacy signerName is not allowed via this API version";
    faults.push(fieldInvalid("spec.signerName", spec.signerName, detail));
  } else checkSignerName(spec.signerName, "spec.signerName", faults);
  if (spec.expirationSeconds !== undefined && spec.expirationSeconds < 600) {
    const detail = "may not specify a duration less than 600 seconds (10 minutes)";
    faults.push(fieldInvalid("spec.expirationSeconds", spec.expirationSeconds, detail));
  }
  checkConditions(request, old, faults);
  return faults;
}

function checkUsages(asked: readonly string[], before: readonly string[], faults: FieldError[]): void {
  if (asked.length === 0) faults.push(fieldRequired("spec.usages"));
  const knew = before.every((usage) => usages.includes(usage));
  asked.forEach((usage, index) => {
    const path = `spec.usages[${index}]`;
    if (knew && !usages.includes(usage)) faults.push(fieldNotSupported(path, usage, usages));
    if (!repeated(before) && asked.indexOf(usage) < index) faults.push(fieldDuplicate(path, usage));
  });
}

function checkConditions(request: Request, old: Request | undefined, faults: FieldError[]): void {
  const path = "status.conditions";
  const before = old ? conditionsOf(old).map(({ type }) => type) : [];
  const both = decisions.every((type) => before.includes(type));
  const seen = new Set<string>();
  conditionsOf(request).forEach(({ type = "", status }, index) => {
    const at = `${path}[${index}]`;
    if (type === "" && !before.includes("")) faults.push(fieldRequired(`${at}.type`));
    const statuses = lasting.includes(type) ? ["True"] : ["False", "True", "Unknown"];
    if (!status) faults.push(fieldRequired(`${at}.status`));
    else if (!statuses.includes(status)) faults.push(fieldNotSupported(`${at}.status`, status, statuses));
    const opposite = decisions.find((other) => decisions.includes(type) && other !== type);
    if (!both && opposite && seen.has(opposite)) {
      faults.push(fieldInvalid(path, type, "Approved and Denied conditions are mutually exclusive"));
    }
    if (!repeated(before) && seen.has(type)) faults.push(fieldDuplicate(`${at}.type`, type));
    seen.add(type);
  });
}

/** What the way an update comes in lets it do. */
export interface UpdateRights {
  readonly decide: boolean;
  readonly issue: boolean;
}

/** An update of the request or of one of its subresources. */
export function validateRequestUpdate(request: Request, old: Request, { decide, issue }: UpdateRights): FieldError[] {
  const faults = validateRequest(request, old);
  const path = "status.conditions";
  for (const type of lasting) {
    const [now, before] = [conditionsOf(request, type), conditionsOf(old, type)];
    if (now.length < before.length) {
      faults.push(fieldForbidden(path, `updates may not remove a condition of type "${type}"`));
    } else if (decide || type === "Failed") continue;
    else if (now.length > before.length) {
      faults.push(fieldForbidden(path, `updates may not add a condition of type "${type}"`));
    } else if (!deepEqual(now, before)) {
      faults.push(fieldForbidden(path, `updates may not modify a condition of type "${type}"`));
    }
  }
  checkCertificate(request.status?.certificate ?? "", old.status?.certificate ?? "", issue, faults);
  return faults;
}

function checkCertificate(certificate: string, old: string, issue: boolean, faults: FieldError[]): void {
  if (certificate === old) return;
  const path = "status.certificate";
  const fault = old && certificateFault(old) ? undefined : certificateFault(certificate);
  if (fault) faults.push(fieldInvalid(path, "<certificate data>", fault));
  if (!issue) faults.push(fieldForbidden(path, "updates may not set certificate content"));
  else if (old) faults.push(fieldForbidden(path, "updates may not modify existing certificate content"));
}

const block = /-----BEGIN ([^-\r\n]*)-----\r?\n([\s\S]*?)-----END \1-----/g;

/** Why base64 of PEM holds no certificates, or something else too. */
function certificateFault(certificate: string): string | undefined {
  if (certificate === "") return undefined;
  const blocks = [...Buffer.from(certificate, "base64").toString("latin1").matchAll(block)];
  if (blocks.length === 0) return "must contain at least one CERTIFICATE PEM block";
  for (const [, type, body] of blocks) {
    if (type !== "CERTIFICATE") return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (body!.includes(":")) return "no PEM block headers are permitted";
    if (!isCertificate(Buffer.from(body!, "base64"))) return "x509: malformed certificate";
  }
  return undefined;
}

function isCertificate(der: Buffer): boolean {
  try {
    return new X509Certificate(der).raw.length === der.length;
  } catch {
    return false;
  }
}
