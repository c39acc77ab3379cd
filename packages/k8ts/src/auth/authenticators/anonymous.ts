/** system:anonymous, who may only ask whether the server is alive: other paths answer 401 without credentials. */
import type { Authenticator } from "../authenticator.ts";
import { systemGroups } from "../user.ts";

/** Paths that load balancers and probes ask without credentials. */
export const anonymousPaths: ReadonlySet<string> = new Set(["/healthz", "/livez", "/readyz"]);

const anonymous = { user: { name: "system:anonymous", groups: [systemGroups.unauthenticated] } };

/** Lets everybody without credentials be anonymous on `paths`. */
export function anonymousAuthenticator(paths: ReadonlySet<string> = anonymousPaths): Authenticator {
  return {
    authenticate: ({ bearerToken, certificate, path }) =>
      bearerToken === undefined && !certificate && paths.has(path) ? anonymous : undefined,
  };
}
