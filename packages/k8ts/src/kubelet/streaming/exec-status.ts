/** How a finished command is told over the error stream of remotecommand v4 and later: a metav1.Status as JSON. */
import type { Status } from "@k8ts/api/meta/v1";

/** A Status as error streams carry it: without kind and apiVersion. */
export type ExecStatus = Omit<Status, "apiVersion" | "kind">;

/** The Status reason of a command that ended with another code than 0. */
const nonZeroExitCode = "NonZeroExitCode";

/** The Status of a command that ended with `exitCode`. */
export function exitStatus(exitCode: number): ExecStatus {
  if (exitCode === 0) return { metadata: {}, status: "Success" };
  return {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: nonZeroExitCode,
    details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] },
  };
}

/** The Status of a command that could not be run, or whose streams broke. */
export function failureStatus(message: string): ExecStatus {
  return {
    metadata: {},
    status: "Failure",
    message: `Internal error occurred: ${message}`,
    reason: "InternalError",
    details: { causes: [{ message }] },
    code: 500,
  };
}

/** Reads what came over an error stream: an exit code, or why there is none. An empty text is success. */
export function parseExitStatus(text: string): { exitCode: number } | { failure: string } {
  if (text === "") return { exitCode: 0 };
  let status: ExecStatus;
  try {
    status = JSON.parse(text) as ExecStatus;
  } catch {
    return { failure: text };
  }
  if (status.status === "Success") return { exitCode: 0 };
  const cause = status.details?.causes?.find(({ reason }) => reason === "ExitCode");
  const exitCode = Number(cause?.message);
  if (status.reason === nonZeroExitCode && Number.isInteger(exitCode)) return { exitCode };
  return { failure: status.details?.causes?.[0]?.message ?? status.message ?? "unknown error" };
}
