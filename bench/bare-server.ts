/** The peer of bench/api.ts: node:http2 over TLS answering constants. `node bare-server.ts PORT KEY CERT SIZES…` */
import { readFileSync } from "node:fs";
import { createSecureServer, type ServerHttp2Stream } from "node:http2";

const [port, keyFile, certFile, objectSize, listSize, eventSize] = process.argv.slice(2);
const object = Buffer.alloc(Number(objectSize), "x");
const list = Buffer.alloc(Number(listSize), "x");
const event = Buffer.alloc(Number(eventSize), "x");
const watchers = new Set<{ write(chunk: Buffer): boolean }>();
const headers = { ":status": 200, "content-type": "application/json" };
const server = createSecureServer({ key: readFileSync(keyFile!), cert: readFileSync(certFile!), allowHTTP1: true });

server.on("stream", (stream: ServerHttp2Stream, request) => {
  const path = request[":path"] ?? "/";
  if (path.startsWith("/watch")) {
    stream.respond(headers);
    watchers.add(stream);
    stream.on("close", () => watchers.delete(stream));
  } else if (path.startsWith("/send")) {
    for (const watcher of watchers) watcher.write(event);
    stream.respond(headers);
    stream.end("ok");
  } else if (request[":method"] === "POST") {
    stream.resume();
    stream.on("end", () => {
      stream.respond({ ...headers, ":status": 201 });
      stream.end(object);
    });
  } else {
    stream.respond(headers);
    stream.end(path.startsWith("/list") ? list : object);
  }
});
server.listen(Number(port), "127.0.0.1", () => process.send?.("ready"));
