/** What a container leaves behind for people to read: the termination message (file, or the end of its log). */
import type { ContainerStatus } from "../runtimes/runtime.ts";
import { terminationMessagePathAnnotation, terminationMessagePolicyAnnotation } from "../containers/labels.ts";
import type { NodeFilesystem } from "../filesystem/node-filesystem.ts";

/** Bytes of a termination message; further ones are cut off in front. */
const maxTerminationMessageBytes = 4096;
/** Bytes and lines taken from the log in place of one. */
const maxLogBytes = 2048;
const maxLogLines = 80;

const decoder = new TextDecoder();

/** The runtime's message and the container's own, as the pod's status shows them. */
export async function terminationMessage(files: NodeFilesystem, status: ContainerStatus): Promise<string> {
  if (!files.real) return status.message;
  const own = await ownMessage(files, status);
  if (own === "") return status.message;
  return status.message === "" ? own : `${status.message}: ${own}`;
}

async function ownMessage(files: NodeFilesystem, status: ContainerStatus): Promise<string> {
  const path = status.annotations[terminationMessagePathAnnotation] ?? "";
  const policy = status.annotations[terminationMessagePolicyAnnotation];
  const fallBack = policy === "FallbackToLogsOnError" && status.exitCode !== 0 && status.reason !== "StartError";
  const mount = path === "" ? undefined : status.mounts.find((mount) => mount.containerPath === path);
  if (mount !== undefined) {
    try {
      const text = decoder.decode(await files.readTail(mount.hostPath, maxTerminationMessageBytes));
      if (text !== "") return text;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT")
        return `Error on reading termination log ${mount.hostPath}: ${(error as Error).message}`;
    }
  }
  return fallBack ? await endOfLog(files, status.logPath) : "";
}

async function endOfLog(files: NodeFilesystem, logPath: string): Promise<string> {
  try {
    // A log line carries some 45 bytes of time, stream and tag beside its text.
    const tail = decoder.decode(await files.readTail(logPath, maxLogBytes + maxLogLines * 64));
    const text = tail
      .split("\n")
      .slice(-maxLogLines - 1)
      .map(messageOfLogLine)
      .join("");
    return text.slice(-maxLogBytes);
  } catch (error) {
    return `Error on reading termination message from logs: ${(error as Error).message}`;
  }
}

/** The text of a CRI log line, "2026-01-01T00:00:00Z stdout F text"; a part ("P") goes on without a line's end. */
function messageOfLogLine(line: string): string {
  const match = /^\S+ (?:stdout|stderr) ([FP])\S* (.*)$/s.exec(line);
  if (match === null) return "";
  return match[1] === "F" ? `${match[2]}\n` : match[2]!;
}
