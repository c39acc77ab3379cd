/**
 * HTTP as the API server needs it, and nothing more: a request is method, path and headers, a response is status,
 * headers and runs of bytes, a server is a function from one to the other. Behind that narrow shape stand node:http2's
 * stream API and node:http on one TLS port; a faster transport can take their place without touching a handler.
 *
 *     listener ── h2 / h1 ──> HttpRequest ──> handler ──> HttpResponse ──> body-writer (gzip, backpressure)
 */
export * from "./message.ts";
export { listen, type Listener } from "./listener.ts";
