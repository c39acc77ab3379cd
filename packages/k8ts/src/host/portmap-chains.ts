/**
 * The chains that the portmap CNI plugin makes in the machine's nat table for host ports, and never removes. They are
 * nobody's but the plugin's, which makes them anew when it needs them; so they go when no host port is left in them.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

const chains = ["CNI-HOSTPORT-DNAT", "CNI-HOSTPORT-MASQ", "CNI-HOSTPORT-SETMARK"];

/** The words of a rule as `iptables -S` prints it: comments are quoted. */
export function ruleWords(rule: string): string[] {
  const words = rule.match(/"(?:\\.|[^"\\])*"|[^\s"]+/g) ?? [];
  return words.map((word) => (word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/g, "$1") : word));
}

/** Commands that take the chains away, from what `iptables -t nat -S` prints; none where a host port is in use. */
export function removalOf(rules: readonly string[]): string[][] {
  const present = chains.filter((chain) => rules.includes(`-N ${chain}`));
  if (present.length === 0 || rules.some((rule) => rule.startsWith("-A CNI-HOSTPORT-DNAT "))) return [];
  const jumps = rules.filter(
    (rule) => chains.some((chain) => rule.endsWith(`-j ${chain}`)) && !rule.startsWith("-A CNI-"),
  );
  return [
    ...jumps.map((rule) => ["-D", ...ruleWords(rule).slice(1)]),
    ...present.map((chain) => ["-F", chain]),
    ...present.map((chain) => ["-X", chain]),
  ];
}

/** Removes the chains of both address families where nothing is left in them. */
export async function removePortmapChains(): Promise<void> {
  for (const command of ["iptables", "ip6tables"]) {
    const listed = await run(command, ["-t", "nat", "-S"]).catch(() => undefined);
    if (!listed) continue;
    for (const args of removalOf(listed.stdout.split("\n"))) await run(command, ["-t", "nat", ...args]);
  }
}
