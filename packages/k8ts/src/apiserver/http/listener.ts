/**
 * The port: TLS, HTTP/2 and HTTP/1.1 side by side, limits against slow and hostile clients, and an orderly end.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { Clock, Logger } from "@k8ts/api";
import { Http1Request, respondHttp1, respondUpgrade } from "./h1.ts";
import { Http2Request, respondHttp2 } from "./h2.ts";
import type { HttpHandler, Peer } from "./message.ts";
import { peerOf } from "./peer.ts";

/** What a listener needs to serve. */
export interface ListenerOptions {
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  /** The serving certificate with its chain, and its key. */
  readonly certPem: string;
  readonly keyPem: string;
  /** CAs whose client certificates are trusted. */
  readonly clientCaPem: string;
  readonly handler: HttpHandler;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An open port. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  /** New connections see the new certificate, and are asked for one of that CA; open ones go on. */
  replaceCertificate(certPem: string, keyPem: string, clientCaPem: string): void;
  /** Takes no new connection, lets open requests finish for `graceMilliseconds`, then cuts what is left. */
  close(graceMilliseconds: number): Promise<void>;
}

/**
 * Streams a client may open at once on a connection: as many as Go's own server allows. Upstream lowers it to 100, but
 * node counts a stream for a moment longer than the client does, and answers one beyond the limit with ENHANCE_YOUR_CALM,
 * which no client repeats: a client with a hundred watches would fail at times.
 */
const maxConcurrentStreams = 250;
/** Upstream limits header blocks to 1 MiB; ours are never near that. */
const maxHeaderBytes = 1024 * 1024;
/** A client has this long for its headers, as Go's ReadHeaderTimeout of 32 s. */
const headersTimeout = 32_000;
const handshakeTimeout = 10_000;
/** Bytes of uploads that a connection takes before it must be told to go on: a few large bodies at once. */
const connectionWindow = 4 * 1024 * 1024;
/** Megabytes that one connection's streams may hold; node's default of 10 is less than a busy client's lists. */
const maxSessionMemory = 256;
/** Idle HTTP/1.1 connections are kept this long, as Go's IdleTimeout of 90 s. */
const keepAliveTimeout = 90_000;

function createServer(options: ListenerOptions): Http2SecureServer {
  const server = createSecureServer({
    allowHTTP1: true,
    cert: options.certPem,
    key: options.keyPem,
    ca: options.clientCaPem,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    handshakeTimeout,
    maxHeaderListPairs: 256,
    maxSessionMemory,
    settings: { maxConcurrentStreams, maxHeaderListSize: maxHeaderBytes, initialWindowSize: 256 * 1024 },
    ...({ maxHeaderSize: maxHeaderBytes } as object),
  });
  Object.assign(server, { headersTimeout, keepAliveTimeout });
  return server;
}

/** Opens the port; resolves when it listens, throws where it cannot. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const server = createServer(options);
  const connections = new Connections(server);
  serveHttp1(server, connections, options);
  serveHttp2(server, connections, options);
  server.on("sessionError", () => {});
  server.on("tlsClientError", (error) => options.logger.debug("TLS handshake failed", { error: error.message }));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.address, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    address,
    port,
    replaceCertificate: (cert, key, ca) => server.setSecureContext({ cert, key, ca, minVersion: "TLSv1.2" }),
    close: (grace) => connections.close(grace, options.clock),
  };
}

/** Node adds its compatibility layer beside every `request` listener: take it off again, HTTP/2 has its own way. */
function serveHttp1(server: Http2SecureServer, connections: Connections, options: ListenerOptions): void {
  const respond = async (message: IncomingMessage, response: ServerResponse, goOn?: () => void): Promise<void> => {
    const request = new Http1Request(message, response, connections.peer(message.socket as TLSSocket), false, goOn);
    respondHttp1(message, response, request, await options.handler(request), options.clock);
  };
  const upgrade = async (message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    socket.on("error", () => socket.destroy());
    const request = new Http1Request(message, socket, connections.peer(socket as TLSSocket), true);
    respondUpgrade(socket, head, await options.handler(request));
  };
  const refuse = (error: unknown, target: Duplex | ServerResponse): void => {
    options.logger.error("response could not be written", { error: String(error) });
    target.destroy();
  };
  server.on("request", ((message: IncomingMessage, response: ServerResponse) => {
    respond(message, response).catch((error: unknown) => refuse(error, response));
  }) as never);
  server.on("checkContinue", ((message: IncomingMessage, response: ServerResponse) => {
    const goOn = (): void => response.writeContinue();
    respond(message, response, goOn).catch((error: unknown) => refuse(error, response));
  }) as never);
  server.removeAllListeners("stream");
  server.on("upgrade", ((message: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgrade(message, socket, head).catch((error: unknown) => refuse(error, socket));
  }) as never);
}

function serveHttp2(server: Http2SecureServer, connections: Connections, options: ListenerOptions): void {
  server.on("session", (session) => connections.open(session));
  server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on("error", () => {});
    const session = stream.session;
    if (!session || stream.destroyed) return;
    const request = new Http2Request(stream, headers, connections.sessionPeer(session));
    options.handler(request).then(
      (response) => respondHttp2(stream, request, response, options.clock),
      (error: unknown) => {
        options.logger.error("response could not be written", { error: String(error) });
        stream.destroy();
      },
    );
  });
}

/** What is open, so that it can be closed, and whom it belongs to. */
class Connections {
  readonly #server: Http2SecureServer;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<TLSSocket>();
  readonly #peers = new WeakMap<object, Peer>();
  #closing: Promise<void> | undefined;

  constructor(server: Http2SecureServer) {
    this.#server = server;
    server.on("secureConnection", (socket: TLSSocket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  peer(socket: TLSSocket): Peer {
    let peer = this.#peers.get(socket);
    if (!peer) {
      peer = peerOf(socket);
      this.#peers.set(socket, peer);
    }
    return peer;
  }

  open(session: ServerHttp2Session): void {
    this.#peers.set(session, peerOf(session.socket as TLSSocket));
    this.#sessions.add(session);
    session.setLocalWindowSize(connectionWindow);
    session.on("error", () => {});
    session.once("close", () => this.#sessions.delete(session));
  }

  sessionPeer(session: object): Peer {
    return this.#peers.get(session) ?? { address: "" };
  }

  close(grace: number, clock: Clock): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      const timer = clock.setTimer(grace, () => {
        for (const socket of this.#sockets) socket.destroy();
      });
      this.#server.close(() => {
        timer.cancel();
        resolve();
      });
      for (const session of this.#sessions) session.close();
      (this.#server as unknown as { closeIdleConnections?: () => void }).closeIdleConnections?.();
    });
    return this.#closing;
  }
}
