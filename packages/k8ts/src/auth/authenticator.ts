/** Who is asking: from credentials to a user. */
import type { UserInfo } from "./user.ts";

/** A client certificate as the TLS layer found it. */
export interface ClientCertificate {
  /** True where it chains up to the client CA and was valid at the handshake. */
  readonly trusted: boolean;
  readonly fault?: string;
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
  /** SHA-256 in hexadecimal. */
  readonly fingerprint: string;
}

/** What a request brings along to say who it is from. */
export interface Credentials {
  readonly certificate?: ClientCertificate;
  readonly bearerToken?: string;
  /** For the few paths that are open to everybody. */
  readonly path: string;
}

/** An authenticated request. */
export interface Authenticated {
  readonly user: UserInfo;
  /** Audiences of the token that this server answers to; absent for other credentials. */
  readonly audiences?: readonly string[];
}

/** Finds the user. Undefined: these credentials are not mine to judge. Throws Unauthorized for bad ones. */
export interface Authenticator {
  authenticate(credentials: Credentials): Authenticated | undefined | Promise<Authenticated | undefined>;
}

/** Asks in order. A bad credential of one kind does not spoil a good one of another: the first user found counts. */
export function authenticatorUnion(...authenticators: readonly Authenticator[]): Authenticator {
  type Answer = Authenticated | undefined;
  const from = (at: number, credentials: Credentials, faults: unknown[]): Answer | Promise<Answer> => {
    for (let next = at; next < authenticators.length; next++) {
      try {
        const found = authenticators[next]!.authenticate(credentials);
        if (found instanceof Promise) {
          return found.then(
            (late) => late ?? from(next + 1, credentials, faults),
            (error: unknown) => from(next + 1, credentials, [...faults, error]),
          );
        }
        if (found) return found;
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
    return undefined;
  };
  return { authenticate: (credentials) => from(0, credentials, []) };
}
