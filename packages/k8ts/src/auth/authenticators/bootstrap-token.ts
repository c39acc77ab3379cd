/**
 * Users by bootstrap token: what a machine shows once to get its first certificate. Tokens are Secrets in kube-system
 * (type bootstrap.kubernetes.io/token, named bootstrap-token-ID), so that they can be made and taken back with kubectl.
 */
import { timingSafeEqual } from "node:crypto";
import { parseTime, type Clock, type DeepReadonly } from "@k8ts/api";
import { secrets, type Secret } from "@k8ts/api/core/v1";
import type { Authenticator } from "../authenticator.ts";
import type { ObjectSource } from "../object-source.ts";
import { systemGroups, type UserInfo } from "../user.ts";

const tokenShape = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const secretType = "bootstrap.kubernetes.io/token";
const groupPrefix = "system:bootstrappers";
const groupShape = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

/** A Secret's entry, decoded. */
function entry(secret: DeepReadonly<Secret>, name: string): string {
  const value = secret.data?.[name];
  return value === undefined ? "" : Buffer.from(value, "base64").toString();
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The user a Secret stands for; undefined where it is not a token that may authenticate now. */
function userOf(secret: DeepReadonly<Secret>, id: string, token: string, now: number): UserInfo | undefined {
  if (secret.type !== secretType || secret.metadata.deletionTimestamp) return undefined;
  if (!same(entry(secret, "token-secret"), token) || entry(secret, "token-id") !== id) return undefined;
  const expiration = entry(secret, "expiration");
  // What cannot be read as a time counts as expired.
  if (expiration !== "" && !(parseTime(expiration) > now)) return undefined;
  if (entry(secret, "usage-bootstrap-authentication") !== "true") return undefined;
  const extra = entry(secret, "auth-extra-groups").split(",").filter(Boolean);
  if (!extra.every((group) => groupShape.test(group))) return undefined;
  return { name: `system:bootstrap:${id}`, groups: [groupPrefix, ...extra, systemGroups.authenticated] };
}

/** Accepts the bootstrap tokens that `source` has Secrets for. */
export function bootstrapTokenAuthenticator(source: ObjectSource, clock: Clock): Authenticator {
  return {
    async authenticate({ bearerToken }) {
      const [, id = "", token = ""] = tokenShape.exec(bearerToken ?? "") ?? [];
      if (id === "") return undefined;
      const secret = await source.get(secrets, "kube-system", `bootstrap-token-${id}`);
      const user = secret && userOf(secret as DeepReadonly<Secret>, id, token, clock.now());
      return user && { user };
    },
  };
}
