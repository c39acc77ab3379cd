/** ExecSync of a simulated container. */
import type { Clock } from "@k8ts/api";
import { RuntimeError, type ExecResult } from "../runtime.ts";
import type { SimulatedContainer } from "./container.ts";

/** What ExecSync collects of each stream at most; the rest is dropped, as CRI says. */
const longestOutput = 16 * 1024 * 1024;

/** Runs a command and collects its output; throws DEADLINE_EXCEEDED after `timeoutSeconds` (0: none). */
export async function execProcess(
  container: SimulatedContainer,
  command: readonly string[],
  timeoutSeconds: number,
  clock: Clock,
): Promise<ExecResult> {
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const lengths = { stdout: 0, stderr: 0 };
  const timeout = new AbortController();
  const timer = timeoutSeconds > 0 ? clock.setTimer(timeoutSeconds * 1000, () => timeout.abort()) : undefined;
  const write = (stream: "stdout" | "stderr", bytes: Buffer): void => {
    if (lengths[stream] < longestOutput) output[stream].push(bytes);
    lengths[stream] += bytes.length;
  };
  try {
    const exitCode = await container.run(command, container.host(write, timeout.signal));
    return { stdout: Buffer.concat(output.stdout), stderr: Buffer.concat(output.stderr), exitCode };
  } catch (error) {
    if (!timeout.signal.aborted) throw error;
    const message = `failed to exec in container: timeout ${timeoutSeconds}s exceeded: context deadline exceeded`;
    throw new RuntimeError("DEADLINE_EXCEEDED", message, { cause: error });
  } finally {
    timer?.cancel();
  }
}
