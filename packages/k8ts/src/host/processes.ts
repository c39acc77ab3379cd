/** Processes by pid: whether one still is what it was, and ending it. */
import { readdirSync, readFileSync } from "node:fs";
import type { Clock } from "@k8ts/api";

/** True where the process lives, is no zombie and (where known) its command's name contains `name`. */
export function isAlive(pid: number, name?: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const end = stat.lastIndexOf(")");
    const command = stat.slice(stat.indexOf("(") + 1, end);
    return stat[end + 2] !== "Z" && (name === undefined || command.includes(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || process.platform === "linux") return false;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Sends SIGTERM, after `grace` milliseconds SIGKILL; resolves when the process is gone. */
export async function stopProcess(pid: number, clock: Clock, grace: number): Promise<void> {
  const signal = (name: "SIGTERM" | "SIGKILL"): void => {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  };
  signal("SIGTERM");
  const deadline = clock.now() + grace;
  let killed = false;
  while (isAlive(pid)) {
    if (!killed && clock.now() > deadline) {
      signal("SIGKILL");
      killed = true;
    }
    // Not our child: Linux has no event for its end that Node could wait for.
    await clock.sleep(15);
  }
}

/** Pids of the processes whose command line satisfies `matches`. */
export function findProcesses(matches: (commandLine: readonly string[]) => boolean): number[] {
  const found: number[] = [];
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid <= 1) continue;
    try {
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      if (matches(commandLine)) found.push(pid);
    } catch {
      continue;
    }
  }
  return found;
}
