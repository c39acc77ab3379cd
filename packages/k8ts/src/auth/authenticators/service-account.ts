/** Users by service-account token. */
import type { Authenticator } from "../authenticator.ts";
import type { TokenVerifier } from "../tokens/verifier.ts";
import { systemGroups } from "../user.ts";

/** Accepts tokens that the verifier finds good; tokens of other issuers are somebody else's. */
export function serviceAccountAuthenticator(verifier: TokenVerifier): Authenticator {
  return {
    async authenticate({ bearerToken }) {
      if (bearerToken === undefined || !verifier.claims(bearerToken)) return undefined;
      const { user, audiences } = await verifier.verify(bearerToken);
      return { user: { ...user, groups: [...user.groups, systemGroups.authenticated] }, audiences };
    },
  };
}
