/** What controllers make of errors that several calls gave, and which errors they need not retry. */
import { aggregateText, StatusError } from "@k8ts/api";

/** The text of anything thrown. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Throws one error for many, worded as Kubernetes does ("[a, b]"); the only one as it is; none: does nothing. */
export function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 0) return;
  if (errors.length === 1) throw errors[0];
  throw new AggregateError(errors, aggregateText(errors.map(errorText)));
}

/** True for a create that failed because its namespace is being deleted: no retry can succeed. */
export function isNamespaceTerminating(error: unknown): boolean {
  return hasCause(error, "NamespaceTerminating");
}

/** True where a Status names this cause ("FieldManagerConflict", "NamespaceTerminating"). */
export function hasCause(error: unknown, reason: string): boolean {
  if (!(error instanceof StatusError)) return false;
  return error.status.details?.causes?.some((cause) => cause.reason === reason) ?? false;
}
