/** CertificateSigningRequests: what the store must know of them. */
import { deepEqual, fieldInvalid, fieldRequired, formatTime, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { CertificateSigningRequest } from "@k8ts/api/certificates/v1";
import type { RequestContext } from "../context.ts";
import { checkImmutable } from "../meta/field-checks.ts";
import { checkSignerName } from "../meta/signer-name.ts";
import { ageColumn, nameColumn, text } from "../printing/columns.ts";
import { humanDuration } from "../printing/human-duration.ts";
import { keepStatus, lent } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";

type In<T> = DeepReadonly<T>;
type Request = CertificateSigningRequest;

const decisions = ["Approved", "Denied"];

function validate({ spec }: In<Request>): FieldError[] {
  const faults: FieldError[] = [];
  if (!spec.request) faults.push(fieldRequired("spec.request", ""));
  else if (!Buffer.from(spec.request, "base64").toString("latin1").includes("-----BEGIN CERTIFICATE REQUEST-----")) {
    faults.push(fieldInvalid("spec.request", spec.request, "PEM block type must be CERTIFICATE REQUEST"));
  }
  if (!spec.usages?.length) faults.push(fieldRequired("spec.usages", ""));
  checkSignerName(spec.signerName, "spec.signerName", faults);
  if (spec.expirationSeconds !== undefined && spec.expirationSeconds < 600) {
    const detail = "may not specify a duration less than 600 seconds (10 minutes)";
    faults.push(fieldInvalid("spec.expirationSeconds", spec.expirationSeconds, detail));
  }
  return faults;
}

/** Once made, a decision stays. */
function validateDecision(object: In<Request>, old: In<Request>): FieldError[] {
  const faults: FieldError[] = [];
  const { conditions = [] } = object.status ?? {};
  const has = (of: In<Request>, type: string): boolean =>
    of.status?.conditions?.some((one) => one.type === type) ?? false;
  conditions.forEach(({ type }, index) => {
    if (!type) faults.push(fieldRequired(`status.conditions[${index}].type`, ""));
  });
  if (has(object, "Approved") && has(object, "Denied")) {
    const detail = "Approved and Denied conditions are mutually exclusive";
    faults.push(fieldInvalid("status.conditions", "Denied", detail));
  }
  for (const type of decisions) {
    if (has(old, type) && !has(object, type)) {
      faults.push(
        fieldInvalid("status.conditions", conditions, `updates may not remove a condition of type "${type}"`),
      );
    }
  }
  return faults;
}

function stampConditions(object: Request, old: In<Request>, now: string): void {
  for (const condition of object.status?.conditions ?? []) {
    const before = old.status?.conditions?.find(({ type }) => type === condition.type);
    condition.lastUpdateTime ??= now;
    condition.lastTransitionTime ??= before?.status === condition.status ? before.lastTransitionTime : now;
  }
}

function state({ status }: In<Request>): string {
  const has = (type: string): boolean => status?.conditions?.some((one) => one.type === type) ?? false;
  const decision = decisions.toReversed().find(has) ?? "Pending";
  return `${decision}${has("Failed") ? ",Failed" : ""}${status?.certificate ? ",Issued" : ""}`;
}

function setRequestor({ spec }: Request, { user }: RequestContext): void {
  spec.username = user.name;
  delete spec.uid;
  delete spec.groups;
  delete spec.extra;
  if (user.uid) spec.uid = user.uid;
  if (user.groups.length > 0) spec.groups = [...user.groups];
  if (user.extra) spec.extra = lent(user.extra);
}

/** CertificateSigningRequests. The spec never changes; signers write status, approvers only its decisions. */
export const certificateSigningRequest: Strategy<Request> = {
  group: "certificates.k8s.io",
  resource: "certificatesigningrequests",
  prepareForCreate(object, context) {
    setRequestor(object, context);
    object.status = {};
  },
  prepareForUpdate(object, old) {
    object.spec = lent(old.spec);
    keepStatus(object, old);
  },
  validate,
  validateUpdate: (object, old) => [...validate(object), ...validateDecision(object, old)],
  fieldNames: ["spec.signerName"],
  fields: ({ spec }) => ({ "spec.signerName": spec.signerName }),
  columns: [
    nameColumn,
    ageColumn,
    text("SignerName", "Who is asked to sign.", ({ spec }) => spec.signerName || "<none>"),
    text("Requestor", "Who asks.", ({ spec }) => spec.username ?? ""),
    text("RequestedDuration", "How long the certificate shall be valid.", ({ spec }) =>
      spec.expirationSeconds === undefined ? "<none>" : humanDuration(spec.expirationSeconds * 1000),
    ),
    text("Condition", "How far the request has come.", state),
  ],
  status: {
    prepareForUpdate(object, old, { clock }) {
      object.spec = lent(old.spec);
      // Approval is another subresource's, with its own permission.
      const { conditions = [] } = object.status ?? {};
      const kept = (old.status?.conditions ?? []).filter(({ type }) => decisions.includes(type));
      const others = conditions.filter(({ type }) => !decisions.includes(type));
      if (object.status) object.status.conditions = [...lent<typeof conditions>(kept), ...others];
      stampConditions(object, old, formatTime(clock.now()));
    },
    validateUpdate(object, old) {
      const faults = validateDecision(object, old);
      if (old.status?.certificate) {
        checkImmutable(object.status?.certificate, old.status.certificate, "status.certificate", faults);
      }
      return faults;
    },
  },
  subresources: {
    approval: {
      prepareForUpdate(object, old, { clock }) {
        const { conditions = [] } = object.status ?? {};
        object.spec = lent(old.spec);
        object.status = { ...lent<Request["status"]>(old.status), conditions };
        stampConditions(object, old, formatTime(clock.now()));
      },
      validateUpdate(object, old) {
        const faults = validateDecision(object, old);
        const others = (of: In<Request>): unknown =>
          of.status?.conditions?.filter(({ type }) => !decisions.includes(type)) ?? [];
        if (!deepEqual(others(object), others(old))) {
          faults.push(fieldInvalid("status.conditions", object.status?.conditions, "may only set Approved and Denied"));
        }
        return faults;
      },
    },
  },
};
