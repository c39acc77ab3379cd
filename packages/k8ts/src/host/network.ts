/** The pod network of one node: a bridge with host-local addresses and port mappings, and the kernel switches it needs. */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import type { HostLayout } from "./layout.ts";

const run = promisify(execFile);

/**
 * The template of the CNI network list: bridge, host-local, portmap. containerd fills in the node's pod range when the
 * kubelet tells it (CRI UpdateRuntimeConfig). No ipMasq: the proxy masquerades what leaves the cluster.
 */
export function cniTemplate(layout: HostLayout, bridge: string): object {
  return {
    cniVersion: "0.4.0",
    name: bridge,
    plugins: [
      {
        type: "bridge",
        bridge,
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: {
          type: "host-local",
          dataDir: layout.cni.data,
          ranges: [[{ subnet: "{{.PodCIDR}}" }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
      { type: "portmap", capabilities: { portMappings: true }, snat: true },
    ],
  };
}

/** Writes the template where containerd's configuration says it is. */
export function writeCniTemplate(layout: HostLayout, bridge: string): void {
  mkdirSync(layout.cni.config, { recursive: true });
  mkdirSync(layout.cni.data, { recursive: true });
  writeFileSync(`${layout.cni.template}.new`, JSON.stringify(cniTemplate(layout, bridge), null, 2));
  renameSync(`${layout.cni.template}.new`, layout.cni.template);
}

/** Kernel switches pods need, with the value they must have. */
const switches: readonly [name: string, value: string][] = [
  ["net/ipv4/ip_forward", "1"],
  ["net/bridge/bridge-nf-call-iptables", "1"],
];

const procFile = (name: string): string => `/proc/sys/${name}`;

/** Turns the switches on; returns the values of those it changed, to put back on `down`. */
export async function enableForwarding(): Promise<Record<string, string>> {
  const before: Record<string, string> = {};
  for (const [name, value] of switches) {
    let now = readSwitch(name);
    if (now === undefined && name.startsWith("net/bridge/")) {
      await run("modprobe", ["br_netfilter"]).catch(() => undefined);
      now = readSwitch(name);
    }
    if (now === undefined) {
      throw new Error(`the kernel has no ${name.replaceAll("/", ".")}; load its module: modprobe br_netfilter`);
    }
    if (now === value) continue;
    before[name] = now;
    writeFileSync(procFile(name), value);
  }
  return before;
}

/** Puts switches back. */
export function restoreForwarding(before: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(before)) writeFileSync(procFile(name), value);
}

function readSwitch(name: string): string | undefined {
  try {
    return readFileSync(procFile(name), "utf8").trim();
  } catch {
    return undefined;
  }
}

/** Removes the bridge and what is still plugged into it. */
export async function removeBridge(bridge: string): Promise<void> {
  const { stdout } = await run("ip", ["-j", "link", "show", "master", bridge]).catch(() => ({ stdout: "[]" }));
  for (const link of JSON.parse(stdout || "[]") as { ifname?: string }[]) {
    if (link.ifname) await run("ip", ["link", "delete", link.ifname]).catch(() => undefined);
  }
  await run("ip", ["link", "delete", bridge]).catch(() => undefined);
}
