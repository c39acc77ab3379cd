/**
 * Service-account tokens: JWTs (RFC 7519) signed with ES256 by jose, with Kubernetes' own claims, and the keys to verify
 * them.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import type { Clock, Random } from "@k8ts/api";
import { serviceAccountUserName } from "../service-account-name.ts";

/** A name and its object's uid. */
export interface ObjectIdentity {
  readonly name: string;
  readonly uid: string;
}

/** What a token is bound to: it dies with it. */
export interface BoundObjects {
  readonly pod?: ObjectIdentity;
  readonly secret?: ObjectIdentity;
  /** Beside a pod: where it runs. Alone: what the token is bound to. */
  readonly node?: ObjectIdentity;
}

/** What a token shall say. */
export interface TokenSpec {
  readonly account: ObjectIdentity & { readonly namespace: string };
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** Seconds after which its holder should have fetched a new one. */
  readonly warnAfterSeconds?: number;
  readonly bound: BoundObjects;
}

/** The claims under "kubernetes.io". */
export interface KubernetesClaims extends BoundObjects {
  readonly namespace: string;
  readonly serviceaccount: ObjectIdentity;
  readonly warnafter?: number;
}

/** All claims of a token. */
export interface TokenClaims {
  readonly aud: readonly string[] | string;
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly iss: string;
  readonly jti: string;
  readonly sub: string;
  readonly "kubernetes.io": KubernetesClaims;
}

/** A public key as /openid/v1/jwks shows it (RFC 7517). */
export type PublicJwk = Readonly<Record<string, string>>;

/** Makes tokens, and knows the keys that verify them. */
export interface ServiceAccountIssuer {
  /** The `iss` claim. */
  readonly issuer: string;
  /** Audiences that this API server answers to; the default of a TokenRequest. */
  readonly audiences: readonly string[];
  issue(spec: TokenSpec): Promise<string>;
  keys(): readonly PublicJwk[];
  /** The public key of a token's `kid`. */
  key(id: string): KeyObject | undefined;
}

/** What an issuer is made of. */
export interface IssuerOptions {
  /** P-256 key that signs, in PEM. */
  readonly privateKeyPem: string;
  /** Further keys whose tokens are still good, in PEM. */
  readonly publicKeyPems?: readonly string[];
  readonly issuer: string;
  /** Default: the issuer. */
  readonly audiences?: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
}

/** A key's id: SHA-256 of its DER bytes, as upstream derives it. */
function keyId(key: KeyObject): string {
  return createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("base64url");
}

/** Makes an issuer. */
export function createIssuer(options: IssuerOptions): ServiceAccountIssuer {
  const privateKey = createPrivateKey(options.privateKeyPem);
  const publicKeys = [createPublicKey(privateKey), ...(options.publicKeyPems ?? []).map((pem) => createPublicKey(pem))];
  const byId = new Map(publicKeys.map((key) => [keyId(key), key]));
  const [kid = ""] = byId.keys();
  return {
    issuer: options.issuer,
    audiences: options.audiences ?? [options.issuer],
    async issue(spec) {
      const { CompactSign } = await import("jose");
      const claims = Buffer.from(JSON.stringify(claimsOf(spec, options)));
      return new CompactSign(claims).setProtectedHeader({ alg: "ES256", kid }).sign(privateKey);
    },
    keys: () =>
      [...byId].map(([id, key]) => ({
        ...(key.export({ format: "jwk" }) as Record<string, string>),
        alg: "ES256",
        kid: id,
        use: "sig",
      })),
    key: (id) => byId.get(id),
  };
}

function claimsOf(spec: TokenSpec, { clock, random, issuer }: IssuerOptions): TokenClaims {
  const now = Math.floor(clock.now() / 1000);
  const { namespace, name, uid } = spec.account;
  return {
    aud: spec.audiences,
    exp: now + spec.expirationSeconds,
    iat: now,
    iss: issuer,
    jti: random.uuid(),
    "kubernetes.io": {
      namespace,
      ...(spec.bound.node && { node: spec.bound.node }),
      ...(spec.bound.pod && { pod: spec.bound.pod }),
      ...(spec.bound.secret && { secret: spec.bound.secret }),
      serviceaccount: { name, uid },
      ...(spec.warnAfterSeconds !== undefined && { warnafter: now + spec.warnAfterSeconds }),
    },
    nbf: now,
    sub: serviceAccountUserName(namespace, name),
  };
}
