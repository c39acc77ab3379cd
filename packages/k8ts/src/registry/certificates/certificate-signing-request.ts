/** CertificateSigningRequests: what the store must know of them. */
import { formatTime, type DeepReadonly } from "@k8ts/api";
import type { CertificateSigningRequest } from "@k8ts/api/certificates/v1";
import type { RequestContext } from "../context.ts";
import { ageColumn, nameColumn, text } from "../printing/columns.ts";
import { humanDuration } from "../printing/human-duration.ts";
import { keepStatus, lent } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";
import { decisions, validateRequest, validateRequestUpdate } from "./certificate-signing-request-validation.ts";

type In<T> = DeepReadonly<T>;
type Request = CertificateSigningRequest;

function stampConditions(object: Request, old: In<Request>, now: string): void {
  for (const condition of object.status?.conditions ?? []) {
    const before = old.status?.conditions?.find(({ type }) => type === condition.type);
    condition.lastUpdateTime ??= now;
    condition.lastTransitionTime ??= before?.status === condition.status ? before.lastTransitionTime : now;
  }
}

/** Puts back conditions of one type as they were, unless some were added or removed: that is refused later. */
function keepConditions(object: Request, old: In<Request>, type: string): void {
  const conditions = object.status?.conditions ?? [];
  const before = (old.status?.conditions ?? []).filter((one) => one.type === type);
  const places = conditions.flatMap((one, index) => (one.type === type ? [index] : []));
  if (places.length !== before.length) return;
  places.forEach((place, index) => {
    conditions[place] = { ...before[index]! };
  });
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
  // Requests may have any name that fits into a URL.
  validateName: () => [],
  validate: (object) => validateRequest(object),
  validateUpdate: (object, old) => validateRequestUpdate(object, old, { decide: false, issue: false }),
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
      for (const type of decisions) keepConditions(object, old, type);
      stampConditions(object, old, formatTime(clock.now()));
    },
    validateUpdate: (object, old) => validateRequestUpdate(object, old, { decide: false, issue: true }),
  },
  subresources: {
    approval: {
      prepareForUpdate(object, old, { clock }) {
        const { conditions = [] } = object.status ?? {};
        object.spec = lent(old.spec);
        object.status = { ...lent<Request["status"]>(old.status), conditions };
        stampConditions(object, old, formatTime(clock.now()));
      },
      validateUpdate: (object, old) => validateRequestUpdate(object, old, { decide: true, issue: false }),
    },
  },
};
