/**
 * Leader election over a Lease, with client-go's semantics: one candidate holds the lease and renews it; the others take
 * over once it has not changed for its duration by their own clocks (clocks of several machines are never compared).
 */
import { type Clock, type DeepReadonly, formatMicroTime, isNotFound, type Logger, type Random } from "@k8ts/api";
import { type Lease, type LeaseSpec, leases } from "@k8ts/api/coordination/v1";
import type { Client, Target } from "../rest/client.ts";

/** What an elector is handed; durations in milliseconds. */
export interface LeaderElectionOptions {
  readonly client: Client;
  /** The Lease: kube-system/kube-controller-manager. */
  readonly lease: Required<Target>;
  /** Unique among candidates: host name and a UUID. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** How long others wait for a silent leader; default 15 s. */
  readonly leaseDuration?: number;
  /** How long a leader tries to renew before it gives up; default 10 s. */
  readonly renewDeadline?: number;
  /** Time between tries; default 2 s. */
  readonly retryPeriod?: number;
  /** Called when this candidate leads; its signal aborts when it no longer does. */
  onStartedLeading(signal: AbortSignal): void;
  /** Called when leading is over, also where it never began. */
  onStoppedLeading?(): void;
  /** Called with the identity of each new leader that is seen, our own included. */
  onNewLeader?(identity: string): void;
}

/** Tries are up to this much further apart by chance, so that candidates do not march in step. */
const jitterFactor = 1.2;

/** One candidate. */
export class LeaderElector {
  readonly #options: LeaderElectionOptions;
  readonly #leaseDuration: number;
  readonly #renewDeadline: number;
  readonly #retryPeriod: number;
  #observed: DeepReadonly<Lease> | undefined;
  #observedAt = -Infinity;
  #reported = "";

  /** Throws where the durations make no sense. */
  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#leaseDuration = options.leaseDuration ?? 15_000;
    this.#renewDeadline = options.renewDeadline ?? 10_000;
    this.#retryPeriod = options.retryPeriod ?? 2000;
    if (this.#leaseDuration <= this.#renewDeadline) throw new Error("leaseDuration must be greater than renewDeadline");
    if (this.#renewDeadline <= jitterFactor * this.#retryPeriod) {
      throw new Error("renewDeadline must be greater than retryPeriod*JitterFactor");
    }
    if (options.identity === "") throw new Error("Lock identity is empty");
  }

  /** Who leads, as far as this candidate knows; "" for nobody. */
  get leader(): string {
    return this.#observed?.spec?.holderIdentity ?? "";
  }

  /** True while this candidate holds the lease. */
  get isLeader(): boolean {
    return this.leader === this.#options.identity;
  }

  /** Waits to lead, leads until the lease is lost or the signal aborts, gives the lease back, resolves. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      if (!(await this.#acquire(signal))) return;
      const leading = new AbortController();
      this.#options.onStartedLeading(leading.signal);
      await this.#renew(signal);
      leading.abort(new Error("leader election lost"));
      await this.#release();
    } finally {
      this.#options.onStoppedLeading?.();
    }
  }

  async #acquire(signal: AbortSignal): Promise<boolean> {
    const { clock, random, logger, lease } = this.#options;
    while (!signal.aborted) {
      const acquired = await this.#tryAcquireOrRenew(signal);
      this.#reportTransition();
      if (acquired) {
        logger.info("acquired lease", { lease: `${lease.namespace}/${lease.name}` });
        return true;
      }
      const period = this.#retryPeriod * (1 + jitterFactor * random.next());
      await clock.sleep(period, signal).catch(() => undefined);
    }
    return false;
  }

  /** Renews every retry period; ends when that failed for the renew deadline, or the signal aborts. */
  async #renew(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    let renewed = clock.monotonic();
    while (!signal.aborted) {
      const deadline = renewed + this.#renewDeadline;
      if (await this.#renewOnce(signal, deadline)) renewed = clock.monotonic();
      else if (clock.monotonic() >= deadline || !this.isLeader) {
        logger.warn("failed to renew lease", { lease: this.#options.lease.name });
        return;
      }
      this.#reportTransition();
      const left = renewed + this.#renewDeadline - clock.monotonic();
      await clock.sleep(Math.min(this.#retryPeriod, Math.max(left, 1)), signal).catch(() => undefined);
    }
  }

  /** A try that is given up at the deadline: a server that hangs must not keep a leader that nobody renews. */
  async #renewOnce(signal: AbortSignal, deadline: number): Promise<boolean> {
    const { clock } = this.#options;
    const expired = new AbortController();
    const timer = clock.setTimer(deadline - clock.monotonic(), () =>
      expired.abort(new Error("renew deadline exceeded")),
    );
    try {
      return await this.#tryAcquireOrRenew(AbortSignal.any([signal, expired.signal]));
    } finally {
      timer.cancel();
    }
  }

  async #tryAcquireOrRenew(signal: AbortSignal): Promise<boolean> {
    try {
      if (this.isLeader && this.#isValid() && (await this.#renewFast(signal))) return true;
      return await this.#acquireOrRenewSlowly(signal);
    } catch (error) {
      if (!signal.aborted)
        this.#options.logger.warn("error with the lease", { lease: this.#options.lease.name, error });
      return false;
    }
  }

  /** As the leader: write without reading first. */
  async #renewFast(signal: AbortSignal): Promise<boolean> {
    const observed = this.#observed!;
    try {
      await this.#update(observed, this.#spec(observed), signal);
      return true;
    } catch (error) {
      this.#options.logger.debug("lease changed under us; reading it again", { error });
      return false;
    }
  }

  async #acquireOrRenewSlowly(signal: AbortSignal): Promise<boolean> {
    const { client, lease } = this.#options;
    let found: DeepReadonly<Lease>;
    try {
      found = await client.get(leases, lease, { signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#observe(await client.create(leases, this.#newLease(), { signal }));
      return true;
    }
    if (found.metadata.resourceVersion !== this.#observed?.metadata.resourceVersion) this.#observe(found);
    if (this.leader !== "" && this.#isValid() && !this.isLeader) return false;
    await this.#update(found, this.#spec(found), signal);
    return true;
  }

  #newLease(): Lease {
    const { name, namespace } = this.#options.lease;
    return {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name, namespace },
      spec: this.#spec(undefined),
    };
  }

  /** What we write over `old`: an acquisition counts as a transition, a renewal does not. */
  #spec(old: DeepReadonly<Lease> | undefined): LeaseSpec {
    const { identity, clock } = this.#options;
    const now = formatMicroTime(clock.now());
    const transitions = old?.spec?.leaseTransitions ?? 0;
    const ours = old?.spec?.holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.floor(this.#leaseDuration / 1000),
      acquireTime: (ours && old.spec?.acquireTime) || now,
      renewTime: now,
      leaseTransitions: old && !ours ? transitions + 1 : transitions,
    };
  }

  async #update(old: DeepReadonly<Lease>, spec: LeaseSpec, signal?: AbortSignal): Promise<void> {
    const lease = { ...old, spec: { ...old.spec, ...spec } } as Lease;
    this.#observe(await this.#options.client.update(leases, lease, signal ? { signal } : {}));
  }

  #observe(lease: DeepReadonly<Lease>): void {
    this.#observed = lease;
    this.#observedAt = this.#options.clock.monotonic();
  }

  #isValid(): boolean {
    const seconds = this.#observed?.spec?.leaseDurationSeconds ?? 0;
    return this.#observedAt + seconds * 1000 > this.#options.clock.monotonic();
  }

  #reportTransition(): void {
    if (this.leader === this.#reported) return;
    this.#reported = this.leader;
    this.#options.onNewLeader?.(this.#reported);
  }

  /** Gives the lease back, so that the next leader need not wait for it to run out. */
  async #release(): Promise<void> {
    const { client, clock, lease, logger } = this.#options;
    if (!this.isLeader) return;
    const expired = new AbortController();
    const timer = clock.setTimer(this.#renewDeadline, () => expired.abort(new Error("renew deadline exceeded")));
    try {
      const found = await client.get(leases, lease, { signal: expired.signal });
      if (found.spec?.holderIdentity !== this.#options.identity) return;
      const now = formatMicroTime(clock.now());
      const released = { holderIdentity: "", leaseDurationSeconds: 1, acquireTime: now, renewTime: now };
      await this.#update(found, released, expired.signal);
    } catch (error) {
      logger.warn("failed to release lease", { lease: lease.name, error });
    } finally {
      timer.cancel();
    }
  }
}
