/** How to reach an API server and as whom: what a kubeconfig's context, or a pod's service account, comes down to. */
import type { SecureContextOptions } from "node:tls";

/** An exec credential plugin (client.authentication.k8s.io). */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly installHint?: string;
  /** Hand the cluster's address and CA to the plugin in KUBERNETES_EXEC_INFO. */
  readonly provideClusterInfo?: boolean;
  readonly interactiveMode?: "Never" | "IfAvailable" | "Always";
}

/** Everything a transport needs; certificates and keys are PEM text. */
export interface ServerAccess {
  /** "https://127.0.0.1:6443"; a path in front of /api is kept. */
  readonly server: string;
  readonly certificateAuthority?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly tlsServerName?: string;
  readonly token?: string;
  /** Read again every minute: service-account tokens rotate. Wins over `token` while it can be read. */
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly exec?: ExecPlugin;
  readonly impersonate?: { readonly user: string; readonly uid?: string; readonly groups?: readonly string[] };
}

/** What TLS sockets are made with. */
export type TlsOptions = Pick<SecureContextOptions, "ca" | "cert" | "key"> & {
  readonly rejectUnauthorized: boolean;
  readonly servername?: string;
};

/** The TLS side of an access, with a plugin's certificate where it gave one. */
export function tlsOptions(access: ServerAccess, plugin: { cert?: string; key?: string } = {}): TlsOptions {
  const cert = plugin.cert ?? access.clientCertificate;
  const key = plugin.key ?? access.clientKey;
  return {
    rejectUnauthorized: !access.insecureSkipTlsVerify,
    ...(access.certificateAuthority && { ca: access.certificateAuthority }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(access.tlsServerName && { servername: access.tlsServerName }),
  };
}
