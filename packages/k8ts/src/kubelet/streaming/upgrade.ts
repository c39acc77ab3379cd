/** Answering HTTP upgrade requests by hand: Node hands over the bare socket. */
import { STATUS_CODES, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** An upgrade request, as Node's `upgrade` event gives it. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** Bytes of the new protocol that came with the request. */
  readonly head: Buffer;
}

/** Sockets that have left HTTP. */
const accepted = new WeakSet<Duplex>();

/** Notes that a socket speaks another protocol from now on. */
export function markAccepted(socket: Duplex): void {
  accepted.add(socket);
}

/** Answers with an error in plain text and closes; a socket that has left HTTP already is only closed. */
export function refuseUpgrade(
  socket: Duplex,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (accepted.has(socket)) {
    socket.destroy();
    return;
  }
  const body = `${message}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "Content-Type: text/plain; charset=utf-8",
    "X-Content-Type-Options: nosniff",
    "Connection: close",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.on("error", () => undefined);
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

/** The comma-separated values of a header, which may also come several times. */
export function headerValues(request: IncomingMessage, name: string): string[] {
  const value = request.headers[name];
  const text = Array.isArray(value) ? value.join(",") : (value ?? "");
  return text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

/** Whether the request asks to go on in `protocol` ("websocket", "SPDY/3.1"). */
export function asksFor(request: IncomingMessage, protocol: string): boolean {
  const connection = headerValues(request, "connection").map((each) => each.toLowerCase());
  return (
    connection.some((each) => each.includes("upgrade")) &&
    (request.headers.upgrade ?? "").toLowerCase() === protocol.toLowerCase()
  );
}

const versionHeader = "x-stream-protocol-version";

/**
 * Agrees with a SPDY client on a protocol: the first of its choices that is in `supported`, "" where it names none.
 * Undefined where they have none in common: the request was refused, in httpstream's words.
 */
export function negotiateSpdy({ request, socket }: UpgradeRequest, supported: readonly string[]): string | undefined {
  const wanted = headerValues(request, versionHeader);
  if (wanted.length === 0) return "";
  const chosen = wanted.find((each) => supported.includes(each));
  if (chosen !== undefined) return chosen;
  const message = `unable to upgrade: unable to negotiate protocol: client supports [${wanted.join(" ")}], server accepts [${supported.join(" ")}]`;
  refuseUpgrade(socket, 403, message, { "X-Accept-Stream-Protocol-Version": supported.join(", ") });
  return undefined;
}

/** Sends 101 and hands over the connection, positioned at the first byte of SPDY. */
export function acceptSpdy({ socket, head }: UpgradeRequest, protocol: string): Duplex {
  markAccepted(socket);
  const chosen = protocol === "" ? [] : [`X-Stream-Protocol-Version: ${protocol}`];
  const lines = ["HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: SPDY/3.1", ...chosen];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  if (head.length > 0) socket.unshift(head);
  return socket;
}
