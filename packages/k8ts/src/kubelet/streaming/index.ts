/**
 * The byte protocols of exec, attach, cp and port-forward. A client (kubectl, @kubernetes/client-node) speaks WebSocket
 * channels or SPDY/3.1 to the kubelet's server; the kubelet speaks SPDY/3.1 to containerd. Between them stand plain
 * streams, so that neither side knows what the other speaks:
 *
 *     kubectl ── WebSocket v5…v1, SPDY/3.1 ──▶ server/ ──▶ ProcessStreams ──▶ runtimes/ ── SPDY/3.1 ──▶ containerd
 *
 * Nothing here knows pods, users or runtimes, and nothing buffers without bound: who reads slowly slows the sender.
 */
export * from "./copy.ts";
export * from "./exec-status.ts";
export * from "./port-forward.ts";
export * from "./remote-command.ts";
export * from "./spdy-session.ts";
export { SpdyStream } from "./spdy-stream.ts";
export * from "./upgrade.ts";
