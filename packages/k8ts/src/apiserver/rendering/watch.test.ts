import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeProtobuf, expired, scheme, type KubernetesObject } from "@k8ts/api";
import type { StoreEvent } from "../../registry/resource-store.ts";
import type { ByteSink } from "../http/index.ts";
import { TableMaker } from "./tables.ts";
import { framerFor } from "./watch-frames.ts";
import { TickFlusher, WatchStream } from "./watch-stream.ts";

const configMap = (name: string): KubernetesObject & { data: object } => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default", resourceVersion: "7" },
  data: { a: "b" },
});

function eventOf(name: string, type: StoreEvent["type"] = "ADDED"): StoreEvent & { decoded: number } {
  const event = {
    type,
    revision: 7,
    decoded: 0,
    frame: () => Buffer.from(`{"type":"${type}","object":${JSON.stringify(configMap(name))}}\n`),
    object() {
      event.decoded++;
      return configMap(name);
    },
  };
  return event;
}

const media = { mediaType: "application/json", pretty: false } as const;
const now = (): number => 0;

test("plain JSON frames are the store's own bytes, and decode nothing", () => {
  const event = eventOf("a");
  const frame = framerFor(media, scheme, now).frame(event);
  assert.deepEqual([Buffer.from(frame).toString(), event.decoded], [Buffer.from(event.frame()).toString(), 0]);
});

test("protobuf frames: a length, a type, and an object in its envelope; made once for all watchers", () => {
  const event = eventOf("a");
  const protobuf = { ...media, mediaType: "application/vnd.kubernetes.protobuf" } as const;
  const framer = framerFor(protobuf, scheme, now);
  assert.equal(framer.contentType, "application/vnd.kubernetes.protobuf;stream=watch");
  const frame = Buffer.from(framer.frame(event));
  assert.equal(frame.readUInt32BE(0), frame.length - 4);
  assert.equal(frame.subarray(4, 11).toString("latin1"), "\n\u0005ADDED");
  const at = frame.indexOf("k8s\0");
  const object = decodeProtobuf(frame.subarray(at), scheme);
  assert.equal(object.metadata.name, "a");
  assert.equal(framerFor(protobuf, scheme, now).frame(event), framer.frame(event));
  assert.equal(event.decoded, 1);
});

test("metadata only, and Tables whose first frame alone has headers", () => {
  const partial = framerFor({ ...media, conversion: { kind: "PartialObjectMetadata", version: "v1" } }, scheme, now);
  const { object } = JSON.parse(Buffer.from(partial.frame(eventOf("a"))).toString()) as {
    object: Record<string, unknown>;
  };
  assert.deepEqual([object["kind"], object["data"]], ["PartialObjectMetadata", undefined]);
  const maker = new TableMaker({ group: "", resource: "configmaps" }, "v1", "None");
  const tables = framerFor({ ...media, conversion: { kind: "Table", version: "v1" } }, scheme, now, maker);
  const tableOf = (name: string): { columnDefinitions: unknown; rows: { cells: unknown[] }[] } =>
    (JSON.parse(Buffer.from(tables.frame(eventOf(name))).toString()) as { object: never }).object;
  const first = tableOf("a");
  assert.deepEqual([first.rows[0]!.cells[0], Array.isArray(first.columnDefinitions)], ["a", true]);
  assert.deepEqual([tableOf("b").rows[0]!.cells[0], tableOf("c").columnDefinitions], ["b", null]);
});

/** A sink that takes notes. */
class Notes implements ByteSink {
  readonly writes: string[] = [];
  pending = 0;
  state = "open";
  #closers: (() => void)[] = [];

  write(bytes: Uint8Array): boolean {
    this.writes.push(Buffer.from(bytes).toString());
    return true;
  }
  onDrain(call: () => void): void {
    this.drain = call;
  }
  drain = (): void => {};
  onClose(call: () => void): void {
    this.#closers.push(call);
  }
  end(): void {
    this.state = "ended";
  }
  fail(): void {
    this.state = "failed";
  }
  leave(): void {
    for (const call of this.#closers) call();
  }
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function streamOf(): { stream: WatchStream; sink: Notes; stops: () => number } {
  let stopped = 0;
  const framer = framerFor(media, scheme, now);
  const stream = new WatchStream(
    framer,
    new TickFlusher(),
    () => {},
    () => void stopped++,
  );
  return { stream, sink: new Notes(), stops: () => stopped };
}

test("what comes within a tick goes out as one write", async () => {
  const { stream, sink } = streamOf();
  stream.events([eventOf("early")]);
  stream.stream(sink);
  stream.events([eventOf("a"), eventOf("b")]);
  stream.events([eventOf("c")]);
  await tick();
  assert.deepEqual(
    sink.writes.map((text) => text.split("\n").length - 1),
    [1, 3],
  );
});

test("an error is the last frame; an end without one just ends", async () => {
  const failed = streamOf();
  failed.stream.stream(failed.sink);
  failed.stream.closed(expired("too old resource version: 1 (5)"));
  const frame = JSON.parse(failed.sink.writes[0]!) as { type: string; object: { code: number; reason: string } };
  assert.deepEqual(
    [frame.type, frame.object.code, frame.object.reason, failed.sink.state],
    ["ERROR", 410, "Expired", "ended"],
  );
  const over = streamOf();
  over.stream.stream(over.sink);
  over.stream.closed();
  assert.deepEqual([over.sink.writes, over.sink.state], [[], "ended"]);
});

test("a client that leaves ends the store's watch", () => {
  const { stream, sink, stops } = streamOf();
  stream.stream(sink);
  sink.leave();
  assert.equal(stops(), 1);
});

test("a slow client holds the store back, gets everything in order, and the error that ends the watch last", async () => {
  const { stream, sink } = streamOf();
  stream.stream(sink);
  sink.pending = 2 * 1024 * 1024;
  const names = Array.from({ length: 5 }, (_, index) => `object-${index}`);
  const busy = stream.events(names.map((name) => eventOf(name)));
  assert.ok(busy instanceof Promise);
  let resumed = false;
  void busy.then(() => (resumed = true));
  await tick();
  assert.deepEqual([sink.writes, resumed], [[], false]);
  sink.pending = 0;
  sink.drain();
  await tick();
  assert.ok(resumed);
  assert.deepEqual([...sink.writes.join("").matchAll(/object-\d/g)].map(String), names);
  sink.pending = 2 * 1024 * 1024;
  void stream.events([eventOf("late")]);
  stream.closed(expired("too old resource version: 1 (5)"));
  assert.equal(sink.state, "open");
  sink.pending = 0;
  sink.drain();
  assert.match(sink.writes.join(""), /late.*\n.*"type":"ERROR".*\n$/);
  assert.equal(sink.state, "ended");
});

test("frames are built as the connection takes them", async () => {
  const { stream, sink } = streamOf();
  stream.stream(sink);
  let built = 0;
  const large = Buffer.alloc(200 * 1024);
  const events = Array.from({ length: 100 }, () => ({ ...eventOf("a"), frame: () => (built++, large) }));
  sink.write = () => ((sink.pending += large.length), true);
  void stream.events(events);
  await tick();
  assert.ok(built > 0 && built < 20, `built ${built} frames of 200 KB for a client that reads nothing`);
  for (let round = 0; round < 100; round++) {
    sink.pending = 0;
    sink.drain();
  }
  assert.equal(built, 100);
});

test("an event that cannot be shown ends the watch with an error", async () => {
  const { stream, sink, stops } = streamOf();
  stream.stream(sink);
  const broken = eventOf("b");
  broken.frame = () => {
    throw new Error("broken");
  };
  stream.events([eventOf("a"), broken, eventOf("c")]);
  await tick();
  const types = sink.writes
    .join("")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { type: string }).type);
  assert.deepEqual([types, sink.state, stops()], [["ADDED", "ERROR"], "ended", 1]);
});
