/** Accepting WebSockets, with Kubernetes' subprotocol names. */
import type { IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import type { WebSocket, WebSocketServer } from "ws";
import { headerValues, markAccepted, refuseUpgrade, type UpgradeRequest } from "./upgrade.ts";

/** Longest message that is taken (Go's websocket server has the same limit). */
const longestMessage = 32 * 1024 * 1024;

/** Bytes that may wait in a socket before a writer is held up. */
const mostBuffered = 256 * 1024;

let server: Promise<WebSocketServer> | undefined;

/** Subprotocols to announce, of requests being accepted. */
const announced = new WeakMap<IncomingMessage, string>();

function webSocketServer(): Promise<WebSocketServer> {
  server ??= import("ws").then((ws) => {
    const created = new ws.WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: longestMessage,
      skipUTF8Validation: true,
    });
    created.on("headers", (headers, request) => {
      const protocol = announced.get(request);
      if (protocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
    });
    return created;
  });
  return server;
}

/**
 * Accepts a WebSocket under the first of the client's subprotocols that `supported` has; "" stands for a client that
 * names none. Undefined where there is none in common, or the handshake is malformed: the request was refused.
 */
export async function acceptWebSocket(
  { request, socket, head }: UpgradeRequest,
  supported: readonly string[],
): Promise<{ socket: WebSocket; protocol: string } | undefined> {
  const wanted = headerValues(request, "sec-websocket-protocol");
  const protocol = wanted.length === 0 ? "" : wanted.find((each) => supported.includes(each));
  if (protocol === undefined || !supported.includes(protocol)) {
    refuseUpgrade(
      socket,
      403,
      `requested protocol(s) are not supported: [${wanted.join(" ")}]; supports [${supported.join(" ")}]`,
    );
    return undefined;
  }
  const accepting = await webSocketServer();
  // ws refuses names with a slash (SPDY/3.1+portforward.k8s.io), so it never sees them.
  delete request.headers["sec-websocket-protocol"];
  if (protocol !== "") announced.set(request, protocol);
  return new Promise((resolve) => {
    const refused = (): void => resolve(undefined);
    socket.once("close", refused);
    accepting.handleUpgrade(request, socket, head, (accepted) => {
      socket.removeListener("close", refused);
      markAccepted(socket);
      resolve({ socket: accepted, protocol });
    });
  });
}

/** Sends a message; calls back when more may be sent. */
export function sendMessage(socket: WebSocket, message: Buffer | string, done: (error?: Error | null) => void): void {
  if (socket.readyState !== socket.OPEN) {
    done(new Error("the WebSocket is closed"));
    return;
  }
  const full = socket.bufferedAmount + message.length > mostBuffered;
  const binary = typeof message !== "string";
  socket.send(message, { binary }, full ? (error) => done(error ?? null) : () => undefined);
  if (!full) done();
}

/** A WebSocket's binary messages as one stream of bytes: the tunnel that kubectl forwards ports through. */
export function webSocketStream(socket: WebSocket): Duplex {
  const stream: Duplex = new Duplex({
    read: () => socket.resume(),
    write: (chunk: Buffer, _encoding, done) => sendMessage(socket, chunk, done),
    final(done) {
      socket.close(1000);
      done();
    },
    destroy(error, done) {
      if (socket.readyState === socket.OPEN) socket.close(1000);
      socket.resume();
      done(error);
    },
  });
  socket.on("message", (data: Buffer, binary) => {
    if (stream.destroyed) return;
    if (!binary) stream.destroy(new Error("invalid message type received"));
    else if (!stream.push(data)) socket.pause();
  });
  socket.on("close", (code) => {
    if (code === 1000 || code === 1001 || code === 1005) stream.push(null);
    else stream.destroy(new Error(`the WebSocket ended with code ${code}`));
  });
  socket.on("error", (error) => stream.destroy(error));
  return stream;
}
