/** OIDC discovery for service-account tokens (OpenID Connect Discovery 1.0): who issues them, and with which keys. */
import type { ServiceAccountIssuer } from "../../auth/index.ts";
import type { HttpResponse } from "../http/index.ts";
import type { Route } from "./route.ts";

const cached = (contentType: string, value: object): HttpResponse => ({
  status: 200,
  headers: { "cache-control": "public, max-age=3600", "content-type": contentType },
  body: Buffer.from(JSON.stringify(value)),
});

/** The two documents. `jwksUri`: where verifiers outside the cluster find the keys. */
export function openidRoutes(issuer: ServiceAccountIssuer, jwksUri: () => string): readonly Route[] {
  return [
    {
      path: "/.well-known/openid-configuration",
      handle: () =>
        cached("application/json", {
          issuer: issuer.issuer,
          jwks_uri: jwksUri(),
          response_types_supported: ["id_token"],
          subject_types_supported: ["public"],
          id_token_signing_alg_values_supported: ["ES256"],
        }),
    },
    { path: "/openid/v1/jwks", handle: () => cached("application/jwk-set+json", { keys: issuer.keys() }) },
  ];
}
