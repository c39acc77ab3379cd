/** What running containers needs of the machine, and what to do where it is missing. */
import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";

/** A command that must be there, and the Debian package that brings it. */
interface Need {
  readonly command: string;
  readonly package: string;
}

const needs: readonly Need[] = [
  { command: "containerd", package: "containerd" },
  { command: "runc", package: "runc" },
  { command: "nft", package: "nftables" },
  { command: "iptables", package: "iptables" },
  { command: "conntrack", package: "conntrack" },
  { command: "ip", package: "iproute2" },
];

/** Where distributions put CNI plugins. */
const cniDirectories = ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"];

const searchPath = (): string[] => [...(process.env["PATH"] ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Full path of a command, or undefined. */
export function findCommand(name: string): string | undefined {
  for (const directory of searchPath()) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** The directory with the bridge, host-local and portmap CNI plugins, or undefined. */
export function findCniDirectory(): string | undefined {
  return cniDirectories.find((directory) =>
    ["bridge", "host-local", "portmap", "loopback"].every((plugin) => existsSync(join(directory, plugin))),
  );
}

/** Debian packages that are missing for running containers; empty where all is there. */
export function missingPackages(): string[] {
  const missing = needs.filter((need) => findCommand(need.command) === undefined).map((need) => need.package);
  return findCniDirectory() === undefined ? [...missing, "containernetworking-plugins"] : missing;
}

/** Why this machine cannot run containers at all, or undefined. */
export function containerObstacle(): string | undefined {
  if (process.platform !== "linux") return `containers need Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "running containers needs root, and this is an ordinary user";
  return undefined;
}
