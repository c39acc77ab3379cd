/** Finds out who is asking; without an answer the request ends here with 401. */
import { unauthorized, type Metrics } from "@k8ts/api";
import type { Authenticated, Authenticator, Credentials } from "../../auth/index.ts";
import type { Exchange, Filter } from "../exchange.ts";
import { headerOf } from "../http/index.ts";

/** Browsers, which can set no headers on WebSockets, send the token as a subprotocol (base64url behind this prefix). */
const tokenProtocol = "base64url.bearer.authorization.k8s.io.";

function bearerToken(exchange: Exchange): string | undefined {
  const header = headerOf(exchange.request.headers, "authorization");
  if (header !== "" && header.trim().slice(0, 7).toLowerCase() === "bearer ") {
    const token = header.trim().slice(7).trim();
    return token === "" ? undefined : token;
  }
  if (!exchange.request.upgradable) return undefined;
  const protocols = headerOf(exchange.request.headers, "sec-websocket-protocol").split(",");
  const carrier = protocols.map((protocol) => protocol.trim()).find((protocol) => protocol.startsWith(tokenProtocol));
  return carrier && Buffer.from(carrier.slice(tokenProtocol.length), "base64url").toString();
}

/** Sets exchange.user. */
export function authentication(authenticator: Authenticator, metrics: Metrics): Filter {
  const attempts = metrics.counter("authentication_attempts", "Authenticated attempts.", ["result"]);
  const failed = (error: unknown): never => {
    attempts.add(1, "error");
    throw error;
  };
  const settle = (exchange: Exchange, found: Authenticated | undefined): void => {
    if (!found) {
      attempts.add(1, "failure");
      throw unauthorized();
    }
    attempts.add(1, "success");
    exchange.user = found.user;
  };
  return (exchange) => {
    const { certificate } = exchange.request.peer;
    const credentials: Credentials = {
      path: exchange.info.path,
      certificate,
      bearerToken: bearerToken(exchange),
    };
    let found;
    try {
      found = authenticator.authenticate(credentials);
    } catch (error) {
      return failed(error);
    }
    if (found instanceof Promise) return found.then((late) => settle(exchange, late), failed);
    return settle(exchange, found);
  };
}
