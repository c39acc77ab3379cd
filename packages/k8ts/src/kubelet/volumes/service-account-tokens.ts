/** Tokens of pods' service accounts, bound to the pod, kept until 80% of their time is over. (TokenRequest, KEP-1205.) */
import { parseTime, type Clock, type Random } from "@k8ts/api";
import type { TokenRequest } from "@k8ts/api/authentication/v1";
import { serviceAccounts } from "@k8ts/api/core/v1";
import type { Client } from "@k8ts/client";
import type { DesiredPod } from "../pods/pod-spec.ts";

/** A token is renewed after this part of its time, and never later than after a day. */
const renewAfter = 0.8;
const longestUse = 24 * 3_600_000;
/** Spread, so that pods started together do not all ask at once. */
const maxJitter = 10_000;

/** A token, and when to fetch the next (milliseconds since the epoch). */
export interface ServiceAccountToken {
  readonly token: string;
  readonly renewAt: number;
}

/** Tokens of a node. */
export class ServiceAccountTokens {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #tokens = new Map<string, ServiceAccountToken>();

  constructor(client: Client, clock: Clock, random: Random) {
    this.#client = client;
    this.#clock = clock;
    this.#random = random;
  }

  /** A token that is good for a while; fetched where there is none. Throws what the FailedMount event shows. */
  async get(pod: DesiredPod, audience: string, expirationSeconds: number): Promise<ServiceAccountToken> {
    const { uid = "" } = pod.metadata;
    const key = `${uid}/${audience}/${expirationSeconds}`;
    const known = this.#tokens.get(key);
    if (known !== undefined && known.renewAt > this.#clock.now()) return known;
    const fresh = await this.#fetch(pod, audience, expirationSeconds);
    this.#tokens.set(key, fresh);
    return fresh;
  }

  /** Forgets a pod's tokens. */
  forget(uid: string): void {
    for (const key of this.#tokens.keys()) if (key.startsWith(`${uid}/`)) this.#tokens.delete(key);
  }

  async #fetch(pod: DesiredPod, audience: string, expirationSeconds: number): Promise<ServiceAccountToken> {
    const { namespace, name = "", uid } = pod.metadata;
    const account = pod.spec?.serviceAccountName || "default";
    const request = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      metadata: {},
      spec: {
        audiences: audience === "" ? [] : [audience],
        expirationSeconds,
        boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
      },
    };
    const issuedAt = this.#clock.now();
    const answer = await this.#client
      .createSubresource<TokenRequest>(serviceAccounts, { namespace, name: account }, "token", request)
      .catch((cause: Error) => {
        throw new Error(`failed to fetch token: ${cause.message}`, { cause });
      });
    const { token = "", expirationTimestamp } = answer.status ?? {};
    const lifetime = Math.max(0, parseTime(expirationTimestamp) - issuedAt) || expirationSeconds * 1000;
    const use = Math.min(lifetime * renewAfter, longestUse);
    return { token, renewAt: issuedAt + use - Math.min(maxJitter, lifetime * 0.1) * this.#random.next() };
  }
}
