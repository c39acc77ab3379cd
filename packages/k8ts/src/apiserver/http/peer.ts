/** Reading who is at the other end of a TLS connection, once per connection. */
import type { TLSSocket } from "node:tls";
import type { Peer, PeerCertificate } from "./message.ts";

const many = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** Address and certificate of a connection's peer. */
export function peerOf(socket: TLSSocket): Peer {
  const address = socket.remoteAddress ?? "";
  const certificate = certificateOf(socket);
  return certificate ? { address, certificate } : { address };
}

function certificateOf(socket: TLSSocket): PeerCertificate | undefined {
  if (typeof socket.getPeerCertificate !== "function") return undefined;
  const raw = socket.getPeerCertificate(false);
  if (!raw?.subject) return undefined;
  const subject = raw.subject as unknown as Record<string, string | string[] | undefined>;
  const trusted = socket.authorized;
  return {
    trusted,
    ...(!trusted && { fault: String(socket.authorizationError ?? "") }),
    commonName: many(subject["CN"])[0] ?? "",
    organizations: many(subject["O"]),
    notAfter: Date.parse(raw.valid_to),
    fingerprint: raw.fingerprint256.replaceAll(":", "").toLowerCase(),
  };
}
