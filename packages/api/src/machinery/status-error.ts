/**
 * Errors as the API speaks them: a Status with a reason and a code. One maker per reason, with the message shapes that
 * Kubernetes clients know, and one test per reason for those who catch.
 */
import type { Status, StatusCause, StatusDetails } from "../types/meta/v1.ts";
import { fieldErrorText, type FieldError } from "./field-error.ts";

/** A group and a plural: what most messages name ("deployments.apps"). A ResourceSchema or a typed handle fits. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** A group and a kind ("Deployment.apps"), as validation messages name objects. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** Reasons and the HTTP code each is sent with. */
const codes = {
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Invalid: 422,
  ServerTimeout: 500,
  StorageReadError: 500,
  Timeout: 504,
  TooManyRequests: 429,
  BadRequest: 400,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  InternalError: 500,
  Expired: 410,
  ServiceUnavailable: 503,
} as const;

/** Why a request failed, machine-readable. "" is upstream's "unknown". */
export type StatusReason = keyof typeof codes | "";

/** An API error; what every room throws for a client to see, and what every client throws when a server says so. */
export class StatusError extends Error {
  readonly status: Status;

  constructor(status: Status) {
    super(status.message ?? "");
    this.name = "StatusError";
    this.status = status;
  }

  /** HTTP code; 500 where the Status has none. */
  get code(): number {
    return this.status.code ?? 500;
  }

  /** Reason such as "NotFound"; "" where the server gave none. */
  get reason(): string {
    return this.status.reason ?? "";
  }
}

/** A StatusError with the code that belongs to `reason`. */
export function statusError(reason: keyof typeof codes, message: string, details?: StatusDetails): StatusError {
  return new StatusError({
    apiVersion: "v1",
    kind: "Status",
    metadata: {},
    status: "Failure",
    message,
    reason,
    ...(details && { details }),
    code: codes[reason],
  });
}

/** The error for a Status that came over the wire. */
export function fromStatus(status: Status): StatusError {
  return new StatusError(status);
}

/** "deployments.apps", "pods". */
export function groupResourceText(resource: GroupResource): string {
  return resource.group === "" ? resource.resource : `${resource.resource}.${resource.group}`;
}

/** Go's %q, near enough for names: JSON's escapes. */
const quoted = (text: string): string => JSON.stringify(text);

const detailsOf = (resource: GroupResource, name?: string): StatusDetails => ({
  ...(name && { name }),
  ...(resource.group && { group: resource.group }),
  ...(resource.resource && { kind: resource.resource }),
});

/** 404: the object does not exist. */
export function notFound(resource: GroupResource, name: string): StatusError {
  const message = `${groupResourceText(resource)} ${quoted(name)} not found`;
  return statusError("NotFound", message, detailsOf(resource, name));
}

/** 404 of a URL that no handler serves. */
export function notFoundPath(): StatusError {
  return statusError("NotFound", "the server could not find the requested resource", {});
}

/** 409: the name is taken. */
export function alreadyExists(resource: GroupResource, name: string): StatusError {
  const message = `${groupResourceText(resource)} ${quoted(name)} already exists`;
  return statusError("AlreadyExists", message, detailsOf(resource, name));
}

/** 409: no free name was found for generateName; try again after a second. */
export function generateNameConflict(resource: GroupResource, name: string, retryAfterSeconds = 1): StatusError {
  const message = `${groupResourceText(resource)} ${quoted(name)} already exists, the server was not able to generate a unique name for the object`;
  return statusError("AlreadyExists", message, { ...detailsOf(resource, name), retryAfterSeconds });
}

/** The detail of a conflict by resourceVersion. */
export const staleObjectDetail =
  "the object has been modified; please apply your changes to the latest version and try again";

/** 409: somebody else changed the object, or a precondition failed. */
export function conflict(resource: GroupResource, name: string, detail: string = staleObjectDetail): StatusError {
  const message = `Operation cannot be fulfilled on ${groupResourceText(resource)} ${quoted(name)}: ${detail}`;
  return statusError("Conflict", message, detailsOf(resource, name));
}

/** 409: another manager owns fields that an apply sets. */
export function applyConflict(causes: StatusCause[], message: string): StatusError {
  return statusError("Conflict", message, { causes });
}

/** Several messages as upstream joins them: alone, or "[a, b]"; repeated ones once. */
export function aggregateText(messages: readonly string[]): string {
  const unique = [...new Set(messages)];
  return unique.length === 1 ? (unique[0] as string) : `[${unique.join(", ")}]`;
}

/** 422: validation found faults. */
export function invalid(kind: GroupKind, name: string, errors: readonly FieldError[]): StatusError {
  const kindText = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  const head = `${kindText} ${quoted(name)} is invalid`;
  const message = errors.length === 0 ? head : `${head}: ${aggregateText(errors.map(fieldErrorText))}`;
  const causes: StatusCause[] = errors.map(({ type, detail, field }) => ({ reason: type, message: detail, field }));
  return statusError("Invalid", message, {
    ...(name && { name }),
    ...(kind.group && { group: kind.group }),
    kind: kind.kind,
    ...(causes.length > 0 && { causes }),
  });
}

/** 400. */
export function badRequest(message: string): StatusError {
  return statusError("BadRequest", message);
}

/** 401. */
export function unauthorized(message = "Unauthorized"): StatusError {
  return statusError("Unauthorized", message);
}

/** 403; `resource` with an empty plural makes a message without a resource. */
export function forbidden(resource: GroupResource, name: string, detail: string): StatusError {
  const what = groupResourceText(resource);
  const head = resource.resource === "" ? "forbidden" : `${what}${name === "" ? "" : ` ${quoted(name)}`} is forbidden`;
  return statusError("Forbidden", `${head}: ${detail}`, detailsOf(resource, name));
}

/** 410 with reason Gone. */
export function gone(message: string): StatusError {
  return statusError("Gone", message);
}

/** 410 with reason Expired: the resourceVersion or continue token is too old. */
export function expired(message: string): StatusError {
  return statusError("Expired", message);
}

/** 405. */
export function methodNotSupported(resource: GroupResource, verb: string): StatusError {
  const message = `${verb} is not supported on resources of kind ${quoted(groupResourceText(resource))}`;
  return statusError("MethodNotAllowed", message, detailsOf(resource));
}

/** 406: none of the media types that the client accepts is produced. */
export function notAcceptable(accepted: readonly string[]): StatusError {
  return statusError("NotAcceptable", `only the following media types are accepted: ${accepted.join(", ")}`);
}

/** 415: the body's media type is not read. */
export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`;
  return statusError("UnsupportedMediaType", message);
}

/** 413. */
export function requestEntityTooLarge(message: string): StatusError {
  return statusError("RequestEntityTooLarge", `Request entity too large: ${message}`);
}

/** 429; `causes` say which budget refused (evictions). */
export function tooManyRequests(message: string, retryAfterSeconds = 1, causes?: StatusCause[]): StatusError {
  return statusError("TooManyRequests", message, {
    ...(causes && { causes }),
    ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
  });
}

/** 504: the request took too long. */
export function timeout(message: string, retryAfterSeconds = 0): StatusError {
  return statusError("Timeout", `Timeout: ${message}`, retryAfterSeconds > 0 ? { retryAfterSeconds } : {});
}

/** 500 with reason ServerTimeout: could not be completed now, try again. */
export function serverTimeout(resource: GroupResource, operation: string, retryAfterSeconds = 0): StatusError {
  const message = `The ${operation} operation against ${groupResourceText(resource)} could not be completed at this time, please try again.`;
  return statusError("ServerTimeout", message, {
    ...detailsOf(resource, operation),
    ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
  });
}

/** 503. */
export function serviceUnavailable(message: string): StatusError {
  return statusError("ServiceUnavailable", message);
}

/** 500; the cause's text goes to the client, as upstream's does. */
export function internalError(error: unknown): StatusError {
  const text = error instanceof Error ? error.message : String(error);
  return statusError("InternalError", `Internal error occurred: ${text}`, { causes: [{ message: text }] });
}

/** True for a StatusError of this reason, or of this code with a reason nobody knows. */
function is(error: unknown, reason: keyof typeof codes): error is StatusError {
  if (!(error instanceof StatusError)) return false;
  if (error.reason === reason) return true;
  return !(error.reason in codes) && error.code === codes[reason];
}

/** 404. */
export const isNotFound = (error: unknown): error is StatusError => is(error, "NotFound");
/** 409 because the name is taken. */
export const isAlreadyExists = (error: unknown): error is StatusError =>
  error instanceof StatusError && error.reason === "AlreadyExists";
/** 409 because the object changed. */
export const isConflict = (error: unknown): error is StatusError => is(error, "Conflict");
/** 410, whether its reason is Gone or Expired. */
export const isGone = (error: unknown): error is StatusError => is(error, "Gone") || is(error, "Expired");
/** 422. */
export const isInvalid = (error: unknown): error is StatusError => is(error, "Invalid");
/** 400. */
export const isBadRequest = (error: unknown): error is StatusError => is(error, "BadRequest");
/** 401. */
export const isUnauthorized = (error: unknown): error is StatusError => is(error, "Unauthorized");
/** 403. */
export const isForbidden = (error: unknown): error is StatusError => is(error, "Forbidden");
/** 405. */
export const isMethodNotSupported = (error: unknown): error is StatusError => is(error, "MethodNotAllowed");
/** 406. */
export const isNotAcceptable = (error: unknown): error is StatusError => is(error, "NotAcceptable");
/** 415. */
export const isUnsupportedMediaType = (error: unknown): error is StatusError => is(error, "UnsupportedMediaType");
/** 429. */
export const isTooManyRequests = (error: unknown): error is StatusError => is(error, "TooManyRequests");
/** 500 with reason InternalError. */
export const isInternalError = (error: unknown): error is StatusError => is(error, "InternalError");
/** 504. */
export const isTimeout = (error: unknown): error is StatusError => is(error, "Timeout");
/** 500 with reason ServerTimeout. */
export const isServerTimeout = (error: unknown): error is StatusError =>
  error instanceof StatusError && error.reason === "ServerTimeout";
/** 503. */
export const isServiceUnavailable = (error: unknown): error is StatusError => is(error, "ServiceUnavailable");

/** Seconds to wait that a Status suggests; 0 where it does not. */
export function retryAfterSeconds(error: unknown): number {
  return error instanceof StatusError ? (error.status.details?.retryAfterSeconds ?? 0) : 0;
}
