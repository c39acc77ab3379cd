/** The nftables backend: a table of our own per IP family in use, changed by `nft -f -` in one transaction at a time. */
import type { Clock, Logger, Timer } from "@k8ts/api";
import type { ServicePlan } from "../plan.ts";
import type { RunCommand } from "../run-command.ts";
import { familyOf, type IPFamily } from "../service-port.ts";
import type { PlanChange, ProxyBackend, ProxyRules } from "./backend.ts";
import { baseTable, markRule } from "./nftables-base.ts";
import { type NftContext, nftObjects, protocolOf } from "./nftables-objects.ts";
import { type Affinity, NftTable } from "./nftables-table.ts";

/** What the backend is made of. */
export interface NftablesOptions {
  readonly tableName: string;
  readonly rules: ProxyRules;
  readonly nft: RunCommand;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Kernels before 6.2 hold on to a chain for a moment after the last element that leads to it is gone (upstream). */
const staleChainDelay = 1000;

const families: readonly IPFamily[] = ["IPv4", "IPv6"];

/** Makes the backend; nothing runs before the first call. */
export function nftablesBackend(options: NftablesOptions): ProxyBackend {
  return new NftablesBackend(options);
}

class NftablesBackend implements ProxyBackend {
  readonly name = "nftables";
  readonly #options: NftablesOptions;
  #tables = new Map<IPFamily, NftTable>();
  #timer: Timer | undefined;
  /** The transaction that runs, if any: the kernel sees one of ours at a time. */
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: NftablesOptions) {
    this.#options = options;
  }

  async replace(plans: Iterable<ServicePlan>): Promise<void> {
    await this.#exclusive(async () => {
      const known = [...plans];
      const tables = new Map<IPFamily, NftTable>();
      let text = "";
      for (const family of families) {
        const ours = known.filter(({ port }) => port.family === family);
        // IPv6 costs nothing before something uses it, but rules of an earlier life must go.
        if (family === "IPv6" && ours.length === 0)
          text += `add table ${this.#name(family)}\ndelete table ${this.#name(family)}\n`;
        else text += (await this.#build(family, ours, tables)).fullText(await this.#affinity(family));
      }
      await this.#run(text);
      this.#tables = tables;
      this.#timer?.cancel();
      this.#timer = undefined;
    });
  }

  async apply(changes: readonly PlanChange[]): Promise<void> {
    await this.#exclusive(async () => {
      let text = "";
      for (const family of families) {
        const ours = changes.filter(({ id, plan }) => (plan?.port.family ?? familyOfId(id)) === family);
        if (ours.length > 0) text += await this.#changeText(family, ours);
      }
      if (text !== "") await this.#run(text);
      this.#deleteStaleLater();
    });
  }

  async cleanUp(): Promise<void> {
    this.close();
    await this.#exclusive(async () => {
      this.#tables.clear();
      await deleteTables(this.#options.nft, this.#options.tableName);
    });
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #name(family: IPFamily): string {
    return `${protocolOf(family)} ${this.#options.tableName}`;
  }

  async #changeText(family: IPFamily, changes: readonly PlanChange[]): Promise<string> {
    const table = this.#tables.get(family);
    if (!table) {
      const plans = changes.flatMap(({ plan }) => plan ?? []);
      return plans.length > 0 ? (await this.#build(family, plans, this.#tables)).fullText(new Map()) : "";
    }
    const context = this.#context(family);
    const objects = new Map(changes.map(({ id, plan }) => [id, plan && nftObjects(plan, context)]));
    return table.change(objects, this.#options.clock.monotonic());
  }

  async #build(family: IPFamily, plans: readonly ServicePlan[], tables: Map<IPFamily, NftTable>): Promise<NftTable> {
    const table = new NftTable(this.#name(family), baseTable(family, this.#rules(family)));
    const context = this.#context(family);
    table.change(new Map(plans.map((plan) => [plan.id, nftObjects(plan, context)])), 0);
    tables.set(family, table);
    return table;
  }

  /** The rules for all, with the addresses of one family only. */
  #rules(family: IPFamily): ProxyRules {
    const of = (addresses: readonly string[]): string[] => addresses.filter((address) => familyOf(address) === family);
    const { clusterCIDRs, serviceCIDRs, masqueradeAll, nodeIPs, nodePortIPs, masqueradePods } = this.#options.rules;
    return {
      clusterCIDRs: of(clusterCIDRs),
      serviceCIDRs: of(serviceCIDRs),
      masqueradeAll,
      nodeIPs: of(nodeIPs),
      ...(nodePortIPs && { nodePortIPs: of(nodePortIPs) }),
      ...(masqueradePods && { masqueradePods: { from: of(masqueradePods.from), except: of(masqueradePods.except) } }),
    };
  }

  #context(family: IPFamily): NftContext {
    const { clusterCIDRs, nodeIPs } = this.#rules(family);
    return { family, masquerade: markRule, clusterCIDRs, nodeIPs };
  }

  async #run(text: string): Promise<void> {
    this.#options.logger.debug("nftables transaction", { text });
    await this.#options.nft(["-f", "-"], text);
  }

  #exclusive<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#running.then(run);
    this.#running = result.catch(() => undefined);
    return result;
  }

  #deleteStaleLater(): void {
    if (this.#timer || ![...this.#tables.values()].some((table) => table.hasStale)) return;
    this.#timer = this.#options.clock.setTimer(staleChainDelay, () => {
      this.#timer = undefined;
      this.#exclusive(() => this.#deleteStale()).catch((error: unknown) => {
        // An empty chain does no harm; the next full sync removes it.
        this.#options.logger.warn("could not delete unused chains", { error });
      });
    });
  }

  async #deleteStale(): Promise<void> {
    const before = this.#options.clock.monotonic() - staleChainDelay;
    const text = [...this.#tables.values()].map((table) => table.deleteStale(before)).join("");
    this.#deleteStaleLater();
    if (text !== "") await this.#run(text);
  }

  /** What clients' affinity there is in the kernel, to be kept over a full sync. */
  async #affinity(family: IPFamily): Promise<Affinity> {
    try {
      const json = await this.#options.nft(["-j", "list", "sets", protocolOf(family)]);
      return parseAffinity(json, this.#options.tableName);
    } catch (error) {
      this.#options.logger.debug("no session affinity to keep", { error });
      return new Map();
    }
  }
}

const familyOfId = (id: string): IPFamily => (id.endsWith("/IPv6") ? "IPv6" : "IPv4");

interface ListedSet {
  readonly table: string;
  readonly name: string;
  readonly elem?: readonly { readonly elem?: { readonly val?: unknown; readonly expires?: number } }[];
}

function parseAffinity(json: string, tableName: string): Affinity {
  const affinity = new Map<string, { address: string; expires: number }[]>();
  const listed = JSON.parse(json) as { nftables?: readonly { readonly set?: ListedSet }[] };
  for (const { set } of listed.nftables ?? []) {
    if (set?.table !== tableName || !set.name.startsWith("affinity-")) continue;
    const clients = (set.elem ?? []).flatMap(({ elem }) => {
      const { val, expires = 0 } = elem ?? {};
      return typeof val === "string" && expires > 0 ? [{ address: val, expires }] : [];
    });
    affinity.set(set.name, clients);
  }
  return affinity;
}

/** Deletes our tables, whoever made them; "add" first, since deleting what is not there is an error. */
export async function deleteTables(nft: RunCommand, tableName: string): Promise<void> {
  const lines = families.flatMap((family) => {
    const name = `${protocolOf(family)} ${tableName}`;
    return [`add table ${name}`, `delete table ${name}`];
  });
  await nft(["-f", "-"], `${lines.join("\n")}\n`);
}
