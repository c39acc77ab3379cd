/**
 * Certificates outlive no year, processes may: once a day whoever uses them is shown the cluster's certificates again,
 * those that were about to expire made anew.
 */
import type { Clock, Logger, Timer } from "@k8ts/api";
import type { Pki } from "./pki.ts";

const day = 24 * 3600_000;

/** What a renewal needs. */
export interface RenewalOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** ensurePki with the cluster's settings. */
  readonly ensure: () => Promise<Pki>;
}

/** Puts certificates to use that differ from those in use. A failure is logged, and comes again tomorrow. */
export type UseCertificates = (pki: Pki) => void | Promise<void>;

/** Looks after a cluster's certificates from its making to `stop`. */
export class CertificateRenewal {
  readonly #options: RenewalOptions;
  readonly #users: UseCertificates[] = [];
  #timer: Timer;
  #stopped = false;

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.#timer = this.#tomorrow();
  }

  /** `use` is called once a day. */
  add(use: UseCertificates): void {
    this.#users.push(use);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer.cancel();
  }

  #tomorrow(): Timer {
    return this.#options.clock.setTimer(day, () => {
      void this.#renew().finally(() => {
        if (!this.#stopped) this.#timer = this.#tomorrow();
      });
    });
  }

  async #renew(): Promise<void> {
    try {
      const pki = await this.#options.ensure();
      for (const use of this.#users) await use(pki);
    } catch (error) {
      this.#options.logger.error("certificates could not be renewed", { error: String(error) });
    }
  }
}
