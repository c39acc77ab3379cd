/** Node's network errors in the words that people know from upstream's events. */

const texts: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "connect: connection timed out",
  EADDRNOTAVAIL: "connect: cannot assign requested address",
};

/** "10.0.0.1:80", "[fd00::1]:80". */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** "dial tcp 10.0.0.1:80: connect: connection refused". */
export function dialFault(error: unknown, host: string, port: number): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `dial tcp: lookup ${host}: no such host`;
  if (code === "ECONNRESET") return `read tcp ${hostPort(host, port)}: read: connection reset by peer`;
  const text = texts[code];
  return text === undefined ? message : `dial tcp ${hostPort(host, port)}: ${text}`;
}
