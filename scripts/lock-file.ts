/**
 * Takes registry addresses out of package-lock.json, so that it installs from whichever registry npm is set to.
 * (npm's own omit-lockfile-registry-resolved loses the optional packages of other platforms.)
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const file = join(import.meta.dirname, "..", "package-lock.json");

interface LockedPackage {
  resolved?: string;
}

/** Rewrites the lock file without addresses; with `check` only reports. Returns the files that change. */
export function stripLockFile(check: boolean): string[] {
  const text = readFileSync(file, "utf8");
  const lock = JSON.parse(text) as { packages: Record<string, LockedPackage> };
  for (const entry of Object.values(lock.packages)) {
    if (entry.resolved?.startsWith("http")) delete entry.resolved;
  }
  const stripped = `${JSON.stringify(lock, null, 2)}\n`;
  if (stripped === text) return [];
  if (!check) writeFileSync(file, stripped);
  return [file];
}
