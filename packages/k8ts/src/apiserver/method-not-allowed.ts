/** The error for a method that exists, but not on what the URL names. */
import { statusError } from "@k8ts/api";

/** 405 in upstream's words. */
export function methodNotAllowed(): Error {
  return statusError("MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}
