/** Storage's few errors as clients know them: translated here and nowhere else. */
import {
  conflict,
  expired,
  fromStatus,
  type GroupResource,
  internalError,
  notFound,
  serverTimeout,
  StatusError,
  timeout,
} from "@k8ts/api";
import { StorageError } from "../storage/index.ts";
import { encodeContinue } from "./continue-token.ts";

/** What was tried. */
export type StorageOperation = "get" | "list" | "watch" | "create" | "update" | "delete";

const retryAfter = 2;

/** The error a client gets for what storage threw. */
export function statusErrorOf(
  error: unknown,
  resource: GroupResource,
  operation: StorageOperation,
  name = "",
): StatusError {
  if (error instanceof StatusError) return error;
  if (!(error instanceof StorageError)) return internalError(error);
  switch (error.code) {
    case "Conflict":
      return error.current === 0 ? notFound(resource, name) : conflict(resource, name);
    case "Compacted":
      return expired("The resourceVersion for the provided list is too old.");
    case "FutureRevision":
      return tooLargeResourceVersion(0, error.current ?? 0);
    case "Unavailable":
      return fromStatus({
        apiVersion: "v1",
        kind: "Status",
        metadata: {},
        status: "Failure",
        message: error.message,
        code: 500,
      });
    default:
      return serverTimeout(resource, operation, retryAfter);
  }
}

/** 504 for a resourceVersion that has not happened yet; clients know it by its cause and try again. */
export function tooLargeResourceVersion(asked: number, current: number, retryAfterSeconds = 1): StatusError {
  const { status } = timeout(`Too large resource version: ${asked}, current: ${current}`, retryAfterSeconds);
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
  return fromStatus({ ...status, details: { ...status.details, causes } });
}

const inconsistentContinue =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without " +
  "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. " +
  "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or " +
  "deleted between the time the first chunk was returned and now may show up in the list.";

/** 410 for a continue token whose revision is gone, with one that goes on at the newest. */
export function expiredContinue(after: string): StatusError {
  const { status } = expired(inconsistentContinue);
  return fromStatus({ ...status, metadata: { continue: encodeContinue({ revision: -1, after }) } });
}
