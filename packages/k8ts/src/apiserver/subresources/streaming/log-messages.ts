/**
 * A log over a WebSocket, as browsers read it: each piece a message, binary or (base64.binary.k8s.io) base64 text. For
 * clients that ask for an upgrade on pods/log.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket, WebSocketServer } from "ws";
import type { HttpRequest, HttpResponse } from "../../http/index.ts";

const base64Protocol = "base64.binary.k8s.io";
const protocols: readonly string[] = ["binary.k8s.io", base64Protocol];

/** Bytes that may wait for a slow client before the kubelet is held back. */
const mostBuffered = 256 * 1024;

let server: Promise<WebSocketServer> | undefined;

function webSocketServer(): Promise<WebSocketServer> {
  server ??= import("ws").then(
    (ws) =>
      new ws.WebSocketServer({
        noServer: true,
        perMessageDeflate: false,
        // What a client of a log sends is of no interest.
        maxPayload: 64 * 1024,
        handleProtocols: (offered) => [...offered].find((protocol) => protocols.includes(protocol)) ?? false,
      }),
  );
  return server;
}

function send(socket: WebSocket, log: IncomingMessage): void {
  const text = socket.protocol === base64Protocol;
  log.on("data", (chunk: Buffer) => {
    if (socket.bufferedAmount > mostBuffered) log.pause();
    socket.send(text ? chunk.toString("base64") : chunk, { binary: !text }, () => log.resume());
  });
  log.once("end", () => socket.close(1000));
  log.once("error", () => socket.close(1011));
  socket.once("close", () => log.destroy());
  socket.on("error", () => log.destroy());
}

/** The answer to an upgrade request: the handshake, and then the log as messages. */
export async function logMessages(request: HttpRequest, log: IncomingMessage): Promise<HttpResponse> {
  const accepting = await webSocketServer();
  const handshake = { method: "GET", url: request.path, headers: request.headers } as unknown as IncomingMessage;
  return {
    status: 101,
    headers: {},
    takeOver(connection: Duplex, head: Uint8Array) {
      connection.once("close", () => log.destroy());
      accepting.handleUpgrade(handshake, connection, Buffer.from(head), (socket) => send(socket, log));
    },
  };
}
