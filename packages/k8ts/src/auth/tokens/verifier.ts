/** Verifying service-account tokens: signature, times, audience, and that what they are bound to still lives. */
import type { KeyObject } from "node:crypto";
import { parseTime, unauthorized, type Clock, type DeepReadonly, type KubernetesObject } from "@k8ts/api";
import { nodes, pods, secrets, serviceAccounts } from "./token-resources.ts";
import type { ObjectSource } from "../object-source.ts";
import { serviceAccountGroups, serviceAccountUserName } from "../service-account-name.ts";
import type { UserInfo } from "../user.ts";
import type { ServiceAccountIssuer, TokenClaims } from "./issuer.ts";

/** Clocks may differ this much, in seconds; as upstream's JWT library. */
const leeway = 60;

/** A verified token. */
export interface VerifiedToken {
  readonly user: UserInfo;
  /** Those of the asked audiences that the token is for. */
  readonly audiences: readonly string[];
  /** Seconds since the epoch. */
  readonly expires: number;
}

/** Checks tokens. Remembers verified signatures, because one costs 70 µs; what may change is asked anew each time. */
export class TokenVerifier {
  readonly #issuer: ServiceAccountIssuer;
  readonly #source: ObjectSource;
  readonly #clock: Clock;
  #verified = new Map<string, TokenClaims>();

  constructor(issuer: ServiceAccountIssuer, source: ObjectSource, clock: Clock) {
    this.#issuer = issuer;
    this.#source = source;
    this.#clock = clock;
  }

  /** True where a token claims to be this issuer's, whether or not it is any good. */
  claims(token: string): boolean {
    return unverified(token)?.iss === this.#issuer.issuer;
  }

  /** Throws Unauthorized, with upstream's text as its cause, where the token is not good for any of `audiences`. */
  async verify(token: string, audiences: readonly string[] = this.#issuer.audiences): Promise<VerifiedToken> {
    const claims = await this.#claims(token);
    const named = typeof claims.aud === "string" ? [claims.aud] : claims.aud;
    const shared = named.filter((audience) => audiences.includes(audience));
    if (shared.length === 0) {
      throw refused(
        `token audiences ${JSON.stringify(named)} is invalid for the target audiences ${JSON.stringify(audiences)}`,
      );
    }
    this.#checkTimes(claims);
    await this.#checkObjects(claims);
    return { user: userOf(claims), audiences: shared, expires: claims.exp };
  }

  async #claims(token: string): Promise<TokenClaims> {
    const known = this.#verified.get(token);
    if (known) return known;
    const claims = await verifiedClaims(token, this.#issuer);
    if (this.#verified.size >= maxRemembered) this.#verified.clear();
    this.#verified.set(token, claims);
    return claims;
  }

  #checkTimes({ exp, nbf, iat }: TokenClaims): void {
    const now = this.#clock.now() / 1000;
    if (now > exp + leeway) throw refused("service account token has expired");
    if (now < nbf - leeway) throw refused("service account token is not valid yet");
    if (now < iat - leeway) throw refused("service account token is issued in the future");
  }

  async #checkObjects(claims: TokenClaims): Promise<void> {
    const { namespace, serviceaccount, secret, pod, node } = claims["kubernetes.io"];
    const account = await this.#source.get(serviceAccounts, namespace, serviceaccount.name);
    if (!account) throw refused(`serviceaccounts ${JSON.stringify(serviceaccount.name)} not found`);
    if (account.metadata.uid !== serviceaccount.uid) {
      throw refused(`service account UID (${account.metadata.uid}) does not match claim (${serviceaccount.uid})`);
    }
    if (this.#deleted(account)) throw refused(`service account ${namespace}/${serviceaccount.name} has been deleted`);
    if (secret) this.#checkBound(await this.#source.get(secrets, namespace, secret.name), secret.uid, "secret");
    if (pod) this.#checkBound(await this.#source.get(pods, namespace, pod.name), pod.uid, "pod");
    else if (node) this.#checkBound(await this.#source.get(nodes, "", node.name), node.uid, "node");
  }

  #checkBound(object: DeepReadonly<KubernetesObject> | undefined, uid: string, what: string): void {
    if (!object || this.#deleted(object)) throw refused("service account token has been invalidated");
    if (object.metadata.uid !== uid) {
      throw refused(`${what} UID (${object.metadata.uid}) does not match service account ${what} ref claim (${uid})`);
    }
  }

  #deleted(object: DeepReadonly<KubernetesObject>): boolean {
    const { deletionTimestamp } = object.metadata;
    return deletionTimestamp !== undefined && parseTime(deletionTimestamp) < this.#clock.now() - leeway * 1000;
  }
}

const maxRemembered = 10_000;

/** Why a token is refused, for TokenReview's `error`; clients of other calls only see 401. */
function refused(text: string): Error {
  const error = unauthorized();
  error.cause = new Error(text);
  return error;
}

/** What a token says of itself, unchecked; undefined where it is no JWT. */
function unverified(token: string): Partial<TokenClaims> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return typeof claims === "object" && claims !== null ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** The payload of a token with a good signature by one of the issuer's keys. */
async function signedPayload(token: string, issuer: ServiceAccountIssuer): Promise<Uint8Array> {
  const { compactVerify } = await import("jose");
  const keyOf = ({ kid }: { kid?: string }): KeyObject => {
    const key = kid === undefined ? undefined : issuer.key(kid);
    if (!key) throw refused("invalid bearer token");
    return key;
  };
  try {
    return (await compactVerify(token, keyOf, { algorithms: ["ES256"] })).payload;
  } catch {
    throw refused("invalid bearer token");
  }
}

function parsedClaims(payload: Uint8Array): TokenClaims {
  try {
    return JSON.parse(Buffer.from(payload).toString()) as TokenClaims;
  } catch {
    throw refused("invalid bearer token");
  }
}

async function verifiedClaims(token: string, issuer: ServiceAccountIssuer): Promise<TokenClaims> {
  const claims = parsedClaims(await signedPayload(token, issuer));
  const own = claims?.["kubernetes.io"];
  const wellFormed =
    typeof claims.exp === "number" && typeof own?.namespace === "string" && own.serviceaccount !== undefined;
  if (!wellFormed || claims.iss !== issuer.issuer) throw refused("invalid bearer token");
  if (claims.sub !== serviceAccountUserName(own.namespace, own.serviceaccount.name))
    throw refused("invalid bearer token");
  return claims;
}

function userOf({ sub, jti, "kubernetes.io": own }: TokenClaims): UserInfo {
  const extra: Record<string, string[]> = { "authentication.kubernetes.io/credential-id": [`JTI=${jti}`] };
  const note = (name: string, value: string | undefined): void => {
    if (value) extra[`authentication.kubernetes.io/${name}`] = [value];
  };
  note("pod-name", own.pod?.name);
  note("pod-uid", own.pod?.uid);
  note("node-name", own.node?.name);
  note("node-uid", own.node?.uid);
  return { name: sub, uid: own.serviceaccount.uid, groups: serviceAccountGroups(own.namespace), extra };
}
