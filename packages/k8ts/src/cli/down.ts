/** `k8ts down`: stops the cluster and takes its containers, mounts, network, rules and cgroups off the machine. */
import { existsSync, rmSync } from "node:fs";
import { realClock } from "@k8ts/api";
import type { Command } from "commander";
import { bridgeName, cgroupParent, nftTableName, type ClusterConfig } from "../cluster/config.ts";
import {
  findProcesses,
  hostLayout,
  removeFootprint,
  restoreForwarding,
  runningContainerd,
  stopContainerd,
  stopProcess,
  takeHostState,
} from "../host/index.ts";
import { removeAllPods } from "../kubelet/index.ts";
import { dataDirectory, runningDaemon, savedConfig, withDataDirectory, type DataDirectoryFlag } from "./options.ts";
import { StepPrinter } from "./print.ts";

/** Longest time the daemon may take to end. */
const daemonGrace = 15_000;

/** True where a daemon of another data directory runs. */
function otherDaemonsRun(directory: string): boolean {
  const isOther = (line: readonly string[]): boolean => {
    const at = line.indexOf("--data-dir");
    return at > 0 && line[at - 1] === "server" && line[at + 1] !== directory;
  };
  return findProcesses(isOther).length > 0;
}

async function removeNode(config: ClusterConfig, directory: string, printer: StepPrinter): Promise<void> {
  const layout = hostLayout(directory);
  if (runningContainerd(layout) !== undefined) {
    await removeAllPods(layout.containerd.socket);
    await stopContainerd(layout, realClock);
    printer.done("containers stopped");
  }
  const footprint = {
    layout,
    bridge: bridgeName(config),
    nftTable: nftTableName(config),
    cgroupParent: cgroupParent(config),
  };
  await removeFootprint(footprint, realClock);
  const changed = takeHostState(directory);
  // Another cluster on this machine needs the same switches.
  if (!otherDaemonsRun(directory)) restoreForwarding(changed);
  printer.done("mounts, network, rules and cgroups removed");
}

/** Takes a cluster down; with `purge` its data too. */
export async function down(directory: string, purge: boolean): Promise<void> {
  const config = savedConfig(directory);
  if (!config) {
    console.log(`There is no cluster in ${directory}.`);
    return;
  }
  console.log(`Stopping cluster "${config.name}" …`);
  const printer = new StepPrinter(() => realClock.monotonic());
  const pid = runningDaemon(directory);
  if (pid !== undefined) {
    await stopProcess(pid, realClock, daemonGrace);
    printer.done("k8ts stopped");
  }
  if (config.runtime === "containerd") await removeNode(config, directory, printer);
  rmSync(hostLayout(directory).pidFile, { force: true });
  if (purge && existsSync(directory)) {
    rmSync(directory, { recursive: true, force: true });
    printer.done(`data in ${directory} removed`);
  } else {
    printer.note(`data stays in ${directory}; remove it with: k8ts down --purge`);
  }
}

/** Adds the verb to the command line. */
export function addDownCommand(program: Command): void {
  withDataDirectory(program.command("down"))
    .option("--purge", "remove the cluster's data, images and certificates too")
    .description("stop the cluster and everything that runs in it")
    .action((flags: DataDirectoryFlag & { purge?: boolean }) => down(dataDirectory(flags), flags.purge ?? false));
}
