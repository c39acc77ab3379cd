/** How a patch that cannot be applied is answered. */
import { badRequest, StatusError } from "../status-error.ts";

/**
 * 422 of a patch that is well-formed but does not fit the object (a test that fails, a path that is missing). Upstream
 * tells the client no more than this; what went wrong is the error's `cause`.
 */
export function patchDoesNotApply(detail: string): StatusError {
  const error = new StatusError({
    apiVersion: "v1",
    kind: "Status",
    metadata: {},
    status: "Failure",
    message: "the server rejected our request due to an error in our request",
    reason: "Invalid",
    details: {},
    code: 422,
  });
  error.cause = new Error(detail);
  return error;
}

/** 400 of a patch that is malformed. */
export function malformedPatch(detail: string): StatusError {
  return badRequest(detail);
}
