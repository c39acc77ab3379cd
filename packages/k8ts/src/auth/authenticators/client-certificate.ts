/** Users by client certificate: CN is the name, O are the groups (upstream's x509 authenticator). */
import { unauthorized, type Clock } from "@k8ts/api";
import type { Authenticator } from "../authenticator.ts";
import { systemGroups } from "../user.ts";

/** Accepts certificates that the TLS layer trusts; a connection may outlive its certificate, so expiry counts now. */
export function clientCertificateAuthenticator(clock: Clock): Authenticator {
  return {
    authenticate({ certificate }) {
      if (!certificate) return undefined;
      if (!certificate.trusted) throw unauthorized();
      if (certificate.notAfter < clock.now()) throw unauthorized();
      if (certificate.commonName === "") return undefined;
      const groups = [...certificate.organizations, systemGroups.authenticated];
      const extra = { "authentication.kubernetes.io/credential-id": [`X509SHA256=${certificate.fingerprint}`] };
      return { user: { name: certificate.commonName, groups, extra } };
    },
  };
}
