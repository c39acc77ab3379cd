/** The proxy as a component: hears of changes, plans, and has the backend apply what changed, never more often than useful. */
import { networkInterfaces } from "node:os";
import { cidrContains, type Clock, type Logger, type Metrics, parseCIDR, parseIP, type Random } from "@k8ts/api";
import { Backoff, type InformerFactory, TokenBucket } from "@k8ts/client";
import type { Component } from "../component.ts";
import type { PlanChange, ProxyBackend } from "./backends/backend.ts";
import { deleteTables, nftablesBackend } from "./backends/nftables.ts";
import { deleteStaleFlows, UdpDestinations } from "./conntrack.ts";
import { HealthServers, ProxyHealth } from "./health-servers.ts";
import { commandRunner, type RunCommand } from "./run-command.ts";
import { familyOf, type IPFamily } from "./service-port.ts";
import { type ServiceChange, ServiceTracker } from "./service-tracker.ts";
import { type SyncMetrics, syncMetrics } from "./sync-metrics.ts";

/** What a proxy is handed. CIDRs of IPv4 and IPv6 may be mixed. */
export interface ProxyOptions {
  /** Started by their maker. */
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly nodeName: string;
  /** The nftables table that is ours alone, in families ip and (once used) ip6; default "k8ts". */
  readonly tableName?: string;
  /** Pod addresses of the whole cluster: what comes from elsewhere to a cluster IP is masqueraded. */
  readonly clusterCIDRs?: readonly string[];
  /** Addresses of Services: traffic to those that no Service has is dropped. */
  readonly serviceCIDRs?: readonly string[];
  readonly masqueradeAll?: boolean;
  /** Serve node ports only on local addresses within these CIDRs; default: on all but loopback. */
  readonly nodePortAddresses?: readonly string[];
  /** Masquerade what pods of `from` (this node's pod CIDRs) send to addresses outside `except` (the cluster's). */
  readonly masqueradePods?: { readonly from: readonly string[]; readonly except: readonly string[] };
  /** Where to serve /healthz and /livez (upstream: 0.0.0.0:10256); absent: nowhere. */
  readonly healthz?: { readonly host: string; readonly port: number };
  /** Default: the nft and conntrack commands in PATH. */
  readonly runNft?: RunCommand;
  readonly runConntrack?: RunCommand;
  /** The node's own addresses; default: what its interfaces have. */
  readonly hostAddresses?: () => readonly string[];
}

/** A proxy. `stop` leaves its rules in place, so that traffic flows on while k8ts restarts. */
export interface Proxy extends Component {
  /** Stops, and deletes every rule. */
  cleanUp(): Promise<void>;
}

const defaultTable = "k8ts";

/** Makes a proxy; `start` resolves when the rules for everything there is are in the kernel. */
export function createProxy(options: ProxyOptions): Proxy {
  return new ServiceProxy(options);
}

/** Deletes the rules of a proxy that no longer runs. */
export async function cleanUpProxy(options: { tableName?: string; runNft?: RunCommand } = {}): Promise<void> {
  await deleteTables(options.runNft ?? commandRunner(["nft"]), options.tableName ?? defaultTable);
}

/** At most ten transactions a second, in bursts of ten: a single change is applied at once, a storm in batches. */
const transactionsPerSecond = 10;
const transactionBurst = 10;
const failureBackoff = { initial: 1000, factor: 2, cap: 30_000, jitter: 0.2 };

class ServiceProxy implements Proxy {
  readonly name = "proxy";
  readonly #options: ProxyOptions;
  readonly #backend: ProxyBackend;
  readonly #tracker: ServiceTracker;
  readonly #health: ProxyHealth;
  readonly #servers: HealthServers;
  readonly #metrics: SyncMetrics;
  readonly #conntrack: RunCommand;
  readonly #udp = new UdpDestinations();
  readonly #bucket: TokenBucket;
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  #ready = false;
  #dirty = false;
  #needsFullSync = false;
  #loop: Promise<void> | undefined;

  constructor(options: ProxyOptions) {
    const { clock, random, logger, informers, nodeName } = options;
    this.#options = options;
    this.#backend = backendOf(options);
    this.#health = new ProxyHealth(clock);
    this.#servers = new HealthServers(this.#health, logger);
    this.#metrics = syncMetrics(options.metrics);
    this.#conntrack = options.runConntrack ?? commandRunner(["conntrack"]);
    this.#bucket = new TokenBucket(clock, transactionsPerSecond, transactionBurst);
    this.#backoff = new Backoff(failureBackoff, clock, random);
    this.#tracker = new ServiceTracker(informers, nodeName, () => this.#changed());
  }

  async start(): Promise<void> {
    const { healthz } = this.#options;
    try {
      if (healthz) await this.#servers.listen(healthz.host, healthz.port);
      await this.#tracker.start(this.#stopping.signal);
      this.#needsFullSync = true;
      await this.#sync();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#ready = true;
    if (this.#dirty) this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the proxy is stopping"));
    this.#tracker.stop();
    await this.#loop;
    this.#backend.close();
    await this.#servers.close();
  }

  async cleanUp(): Promise<void> {
    await this.stop();
    await this.#backend.cleanUp();
  }

  #changed(): void {
    this.#health.queued();
    this.#dirty = true;
    if (this.#ready) this.#wake();
  }

  #wake(): void {
    this.#loop ??= this.#run().finally(() => {
      this.#loop = undefined;
    });
  }

  /** Applies until nothing is left. Changes that come meanwhile are taken together in the next round. */
  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#dirty && !signal.aborted) {
      const wait = this.#bucket.reserve();
      if (wait > 0) await this.#options.clock.sleep(wait, signal).catch(() => undefined);
      // Let the changes of one turn gather.
      else await Promise.resolve();
      if (!signal.aborted) await this.#syncOrBackOff(signal);
    }
  }

  async #syncOrBackOff(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    try {
      await this.#sync();
      this.#backoff.reset();
    } catch (error) {
      this.#metrics.failures.add();
      this.#needsFullSync = true;
      this.#dirty = true;
      logger.error("applying the rules failed; applying all of them again", { error });
      await clock.sleep(this.#backoff.delay(), signal).catch(() => undefined);
    }
  }

  async #sync(): Promise<void> {
    const { clock } = this.#options;
    const began = clock.monotonic();
    this.#dirty = false;
    const full = this.#needsFullSync;
    const changes = this.#tracker.take();
    const plans = changes.flatMap((change) => change.plans);
    const staleFamilies = this.#noteUdp(plans);
    this.#noteHealth(changes);
    if (full) await this.#backend.replace(this.#tracker.plans());
    else if (plans.length > 0) await this.#backend.apply(plans);
    this.#needsFullSync = false;
    if (!this.#dirty) this.#health.updated();
    if (full || plans.length > 0) this.#metrics.synced(full, (clock.monotonic() - began) / 1000, clock.now() / 1000);
    if (staleFamilies.length > 0)
      await deleteStaleFlows(this.#conntrack, this.#udp, staleFamilies, this.#options.logger);
  }

  /** The families in which UDP flows may have become stale. */
  #noteUdp(plans: readonly PlanChange[]): IPFamily[] {
    const families = new Set<IPFamily>();
    for (const { id, plan } of plans) if (this.#udp.set(id, plan) && plan) families.add(plan.port.family);
    return [...families];
  }

  #noteHealth(changes: readonly ServiceChange[]): void {
    this.#health.nodeEligible = this.#tracker.nodeEligible;
    for (const { key, health } of changes) this.#servers.setService(key, health);
  }
}

function backendOf(options: ProxyOptions): ProxyBackend {
  const { clock, logger, clusterCIDRs = [], serviceCIDRs = [], masqueradeAll = false, masqueradePods } = options;
  const nodeIPs = (options.hostAddresses ?? interfaceAddresses)();
  const nodePortIPs = options.nodePortAddresses && within(nodeIPs, options.nodePortAddresses);
  return nftablesBackend({
    tableName: options.tableName ?? defaultTable,
    nft: options.runNft ?? commandRunner(["nft"]),
    clock,
    logger,
    rules: {
      clusterCIDRs,
      serviceCIDRs,
      masqueradeAll,
      nodeIPs,
      ...(nodePortIPs && { nodePortIPs }),
      ...(masqueradePods && { masqueradePods }),
    },
  });
}

/** Addresses of the machine's interfaces, but loopback and link-local ones. */
function interfaceAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ internal, address }) => !internal && !address.startsWith("fe80:")).map(({ address }) => address);
}

function within(addresses: readonly string[], ranges: readonly string[]): string[] {
  const cidrs = ranges.flatMap((range) => parseCIDR(range) ?? []);
  return addresses.filter((address) => {
    const bytes = parseIP(address);
    const isLoopback = address === "::1" || (familyOf(address) === "IPv4" && address.startsWith("127."));
    return bytes !== undefined && !isLoopback && cidrs.some((cidr) => cidrContains(cidr, bytes));
  });
}
