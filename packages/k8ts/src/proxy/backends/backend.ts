/** What turns plans into the kernel's rules. nftables is the first; each passes contract.ts. */
import type { ServicePlan } from "../plan.ts";

/** One plan that came, went or changed. */
export interface PlanChange {
  readonly id: string;
  /** Absent where the plan went. */
  readonly plan?: ServicePlan;
}

/** What holds for all Services; CIDRs of both families may be mixed. */
export interface ProxyRules {
  /** Pod addresses of the cluster: traffic to a cluster IP from elsewhere is masqueraded. Empty: unknown, never. */
  readonly clusterCIDRs: readonly string[];
  /** Drop what goes to addresses of these that no Service has. */
  readonly serviceCIDRs: readonly string[];
  /** Masquerade all traffic to cluster IPs. */
  readonly masqueradeAll: boolean;
  /** The node's own addresses. */
  readonly nodeIPs: readonly string[];
  /** Addresses that take node-port traffic; absent: all local ones but loopback. */
  readonly nodePortIPs?: readonly string[];
  /** Masquerade what pods of `from` send out of the cluster, that is not to `except`. */
  readonly masqueradePods?: { readonly from: readonly string[]; readonly except: readonly string[] };
}

/** Rules in a kernel. Calls must not overlap. Every method rejects where the kernel refuses, having changed nothing. */
export interface ProxyBackend {
  readonly name: string;
  /** Makes the rules exactly these, whatever was there; clients keep their session affinity where it can be read. */
  replace(plans: Iterable<ServicePlan>): Promise<void>;
  /** Applies changes in one transaction whose size does not depend on how many other plans there are. */
  apply(changes: readonly PlanChange[]): Promise<void>;
  /** Deletes every rule of ours; resolves also where there are none. */
  cleanUp(): Promise<void>;
  /** Stops timers; leaves the rules as they are. */
  close(): void;
}
