/** Installs the Debian packages a run needs, where they are missing and we may; says what it does. */
import { spawnSync } from "node:child_process";
import { containerObstacle, findCommand, missingPackages } from "../packages/k8ts/src/host/index.ts";

/** Runs apt-get quietly; throws with its output where it fails. */
function aptGet(args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const result = spawnSync("apt-get", args, { env, encoding: "utf8", maxBuffer: 1 << 26 });
  if (result.status === 0) return;
  throw new Error(`apt-get ${args.join(" ")} failed:\n${`${result.stdout}${result.stderr}`.trim().slice(-2000)}`);
}

/** Installs Debian packages; a no-op for an empty list. */
export function installPackages(packages: readonly string[]): void {
  if (packages.length === 0) return;
  if (!findCommand("apt-get")) {
    throw new Error(`these are missing, and this system has no apt-get to install them: ${packages.join(" ")}`);
  }
  console.log(`Installing ${packages.join(", ")} (some 40 MB, once) …`);
  const install = ["install", "-y", "-qq", "--no-install-recommends", ...packages];
  try {
    aptGet(install);
  } catch {
    // The package lists may be old or missing: get them and try again.
    aptGet(["update", "-qq"]);
    aptGet(install);
  }
}

/**
 * Makes the machine ready to run containers; undefined where it is, else why it cannot. crun comes with it where Debian
 * has it: a RuntimeClass may ask for it.
 */
export function prepareForContainers(): string | undefined {
  const obstacle = containerObstacle();
  if (obstacle !== undefined) return obstacle;
  const missing = missingPackages();
  if (missing.length > 0) installPackages([...missing, "crun"]);
  return undefined;
}
