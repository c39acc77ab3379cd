/** Users by a fixed token: for tests, and for machines joining a cluster before they have a certificate. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Authenticator } from "../authenticator.ts";
import { systemGroups, type UserInfo } from "../user.ts";

const digest = (token: string): Buffer => createHash("sha256").update(token).digest();

/** Accepts exactly these tokens; compares digests, so that timing tells nothing. */
export function staticTokenAuthenticator(users: ReadonlyMap<string, UserInfo>): Authenticator {
  const known = [...users].map(([token, user]) => ({
    digest: digest(token),
    user: { ...user, groups: [...user.groups, systemGroups.authenticated] },
  }));
  return {
    authenticate({ bearerToken }) {
      if (bearerToken === undefined) return undefined;
      const asked = digest(bearerToken);
      const found = known.find((entry) => timingSafeEqual(entry.digest, asked));
      return found && { user: found.user };
    },
  };
}
