/** Users by client certificate: CN is the name, O are the groups (upstream's x509 authenticator). */
import { unauthorized, type Clock } from "@k8ts/api";
import type { Authenticated, Authenticator, ClientCertificate } from "../authenticator.ts";
import { systemGroups } from "../user.ts";

/** Accepts certificates that the TLS layer trusts; a connection may outlive its certificate, so expiry counts now. */
export function clientCertificateAuthenticator(clock: Clock): Authenticator {
  /** By the certificate of a connection: many requests come over one. */
  const users = new WeakMap<ClientCertificate, Authenticated>();
  return {
    authenticate({ certificate }) {
      if (!certificate) return undefined;
      if (!certificate.trusted) throw unauthorized();
      if (certificate.notAfter < clock.now()) throw unauthorized();
      if (certificate.commonName === "") return undefined;
      const known = users.get(certificate);
      if (known) return known;
      const groups = [...certificate.organizations, systemGroups.authenticated];
      const extra = { "authentication.kubernetes.io/credential-id": [`X509SHA256=${certificate.fingerprint}`] };
      const found = { user: { name: certificate.commonName, groups, extra } };
      users.set(certificate, found);
      return found;
    },
  };
}
