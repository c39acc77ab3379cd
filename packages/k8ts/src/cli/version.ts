/** `k8ts version`. */
import type { Command } from "commander";
import { kubernetesVersion } from "../cluster/config.ts";

declare const K8TS_VERSION: string | undefined;

/** k8ts's own version: set by the bundler, "development" when run from source. */
export const ownVersion = typeof K8TS_VERSION === "string" ? K8TS_VERSION : "development";

/** Adds the verb to the command line. */
export function addVersionCommand(program: Command): void {
  program
    .command("version")
    .description("print the versions of k8ts, of the Kubernetes API it serves, and of Node")
    .action(() => {
      console.log(`k8ts:       ${ownVersion}`);
      console.log(`Kubernetes: ${kubernetesVersion}`);
      console.log(`Node:       ${process.version}`);
    });
}
