/**
 * Forgets UDP flows that lead to endpoints that are gone. The kernel keeps sending a flow where its first packet went; TCP
 * notices, UDP does not: a DNS client would talk to a dead pod for as long as it keeps talking.
 */
import type { Logger } from "@k8ts/api";
import { endpointText } from "./endpoint.ts";
import type { ServicePlan } from "./plan.ts";
import { CommandError, type RunCommand } from "./run-command.ts";
import { canonicalIP, type IPFamily } from "./service-port.ts";

/** One UDP flow as conntrack lists it; addresses are canonical. */
export interface UdpFlow {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  /** Where answers come from: the endpoint, or the destination itself where nothing was translated. */
  readonly replySource: string;
  readonly replySourcePort: number;
}

/** Parses `conntrack -L -p udp`; lines that are no UDP flow are left out. */
export function parseUdpFlows(text: string): UdpFlow[] {
  return text.split("\n").flatMap((line) => {
    const words = line.split(/\s+/);
    if (words[0] !== "udp") return [];
    const values = (name: string): string[] =>
      words.flatMap((word) => (word.startsWith(`${name}=`) ? [word.slice(name.length + 1)] : []));
    const [[source, replySource], [destination], [sport, replySport], [dport]] = [
      values("src").map(canonicalIP),
      values("dst").map(canonicalIP),
      values("sport").map(Number),
      values("dport").map(Number),
    ];
    if (!source || !replySource || !destination || !sport || !replySport || !dport) return [];
    return [
      { source, sourcePort: sport, destination, destinationPort: dport, replySource, replySourcePort: replySport },
    ];
  });
}

/** Where the flows of UDP Services may go, kept plan by plan. */
export class UdpDestinations {
  readonly #byAddress = new Map<string, ServicePlan>();
  readonly #byNodePort = new Map<string, ServicePlan>();
  readonly #plans = new Map<string, ServicePlan>();

  /** Takes a plan in, or out where there is none; true where flows may have become stale. */
  set(id: string, plan: ServicePlan | undefined): boolean {
    const old = this.#plans.get(id);
    const now = plan?.port.protocol === "udp" ? plan : undefined;
    if (!old && !now) return false;
    if (old) this.#forget(old);
    if (now) this.#remember(now);
    else this.#plans.delete(id);
    return mayBeStale(old, now);
  }

  /** True where this flow leads where its Service has no serving endpoint any more. */
  isStale(flow: UdpFlow, family: IPFamily): boolean {
    const plan =
      this.#byAddress.get(`${flow.destination} ${flow.destinationPort}`) ??
      this.#byNodePort.get(`${family} ${flow.destinationPort}`);
    if (!plan?.serving?.length) return false;
    const { replySource: address, replySourcePort: port } = flow;
    return !plan.serving.includes(endpointText({ address, port }));
  }

  #remember(plan: ServicePlan): void {
    this.#plans.set(plan.id, plan);
    for (const key of addressKeys(plan)) this.#byAddress.set(key, plan);
    if (plan.port.nodePort !== 0) this.#byNodePort.set(`${plan.port.family} ${plan.port.nodePort}`, plan);
  }

  #forget(plan: ServicePlan): void {
    for (const key of addressKeys(plan)) this.#byAddress.delete(key);
    this.#byNodePort.delete(`${plan.port.family} ${plan.port.nodePort}`);
  }
}

const addressKeys = ({ port }: ServicePlan): string[] =>
  [port.clusterIP, ...port.externalIPs, ...port.loadBalancerIPs].map((address) => `${address} ${port.port}`);

/** An endpoint went, or the first one came (flows that were sent nowhere until now must be looked at anew). */
function mayBeStale(old: ServicePlan | undefined, now: ServicePlan | undefined): boolean {
  if (!now?.serving?.length) return false;
  if (!old?.serving?.length) return true;
  return old.serving.some((endpoint) => !now.serving?.includes(endpoint));
}

/** Lists UDP flows and deletes the stale ones; faults are logged, not thrown: rules matter more. */
export async function deleteStaleFlows(
  conntrack: RunCommand,
  destinations: UdpDestinations,
  families: readonly IPFamily[],
  logger: Logger,
): Promise<void> {
  try {
    for (const family of families) {
      const option = family === "IPv4" ? "ipv4" : "ipv6";
      const flows = parseUdpFlows(await conntrack(["-L", "-p", "udp", "-f", option]));
      for (const flow of flows) if (destinations.isStale(flow, family)) await deleteFlow(conntrack, flow, option);
    }
  } catch (error) {
    const missing = error instanceof CommandError && error.missing;
    logger.warn(
      missing
        ? "conntrack is not installed: UDP clients may stay with endpoints that are gone"
        : "could not delete stale UDP flows",
      { error },
    );
  }
}

async function deleteFlow(conntrack: RunCommand, flow: UdpFlow, family: string): Promise<void> {
  const { source, sourcePort, destination, destinationPort } = flow;
  const which = ["-s", source, "-d", destination, "--sport", String(sourcePort), "--dport", String(destinationPort)];
  try {
    await conntrack(["-D", "-p", "udp", "-f", family, ...which]);
  } catch (error) {
    // It has ended by itself meanwhile.
    if (error instanceof CommandError && error.message.includes("0 flow entries")) return;
    throw error;
  }
}
