/** GET /version. */
import { jsonResponse, type Route } from "./route.ts";

/** The Kubernetes API this server speaks. */
export const kubernetesVersion = { major: "1", minor: "36", patch: "2" } as const;

const { major, minor, patch } = kubernetesVersion;

const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/** What /version says; "+k8ts" is build metadata, which version comparisons leave aside. */
export const versionInfo = {
  major,
  minor,
  emulationMajor: major,
  emulationMinor: minor,
  minCompatibilityMajor: major,
  minCompatibilityMinor: String(Number(minor) - 1),
  gitVersion: `v${major}.${minor}.${patch}+k8ts`,
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: `node${process.versions.node}`,
  compiler: "v8",
  platform: `${process.platform}/${architectures[process.arch] ?? process.arch}`,
} as const;

/** Open to every authenticated user. */
export const versionRoute: Route = { path: "/version", handle: () => jsonResponse(versionInfo) };
