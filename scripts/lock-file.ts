/**
 * package-lock.json without registry addresses, so that it installs from whichever registry npm is set to.
 *
 * `npm run lock` makes it anew after a change of dependencies, in an empty directory: what happens to be installed here has
 * no say in it.
 */
import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const file = join(root, "package-lock.json");

const lockCommand = ["install", "--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved=false"];

interface LockedPackage {
  version?: string;
  resolved?: string;
  link?: boolean;
}

/** What is wrong with the lock file, as lines. */
export function lockFileFaults(): string[] {
  const { packages } = JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, LockedPackage> };
  const faults: string[] = [];
  for (const [path, entry] of Object.entries(packages)) {
    if (entry.resolved?.startsWith("http"))
      faults.push(`package-lock.json has an address for ${path}; run: npm run lock`);
    if (path.includes("node_modules/") && !entry.link && !entry.version) {
      faults.push(`package-lock.json has no version for ${path}; run: npm run lock`);
    }
  }
  return faults;
}

/** Resolves all dependencies anew and writes the lock file without addresses. */
export function writeLockFile(): void {
  const scratch = mkdtempSync(join(tmpdir(), "k8ts-lock-"));
  try {
    for (const manifest of ["package.json", ".npmrc", ...globSync("packages/*/package.json", { cwd: root })]) {
      mkdirSync(dirname(join(scratch, manifest)), { recursive: true });
      cpSync(join(root, manifest), join(scratch, manifest));
    }
    const npm = spawnSync("npm", lockCommand, { cwd: scratch, stdio: "inherit" });
    if (npm.status !== 0) throw new Error("npm could not resolve the dependencies");
    const lock = JSON.parse(readFileSync(join(scratch, "package-lock.json"), "utf8")) as {
      packages: Record<string, LockedPackage>;
    };
    for (const entry of Object.values(lock.packages)) if (entry.resolved?.startsWith("http")) delete entry.resolved;
    writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) writeLockFile();
