import assert from "node:assert/strict";
import { test } from "node:test";
import { scheme } from "../scheme.ts";
import { decodeProtobuf, encodeProtobuf, encodeProtobufWatchFrame, isProtobuf } from "./protobuf.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const objectOf = (object: { apiVersion: string; kind: string }): never => object as never;

test("a ConfigMap encodes byte for byte as Go's server does", () => {
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { k: "v" } };
  const envelope = "6b3873000a0f0a0276311209436f6e6669674d6170";
  // Plain strings and the zero time are always written, maps as entries.
  const metadata = "0a016112001a0022002a00320038004200";
  const body = `0a11${metadata}`;
  const message = `${body}12060a016b120176`;
  const length = (message.length / 2).toString(16).padStart(2, "0");
  assert.equal(hex(encodeProtobuf(configMap, scheme)), `${envelope}12${length}${message}1a002200`);
});

test("zeros of plain fields are nothing, zeros of pointers are kept", () => {
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "a" },
    spec: { replicas: 0, paused: false, template: { spec: { containers: [], terminationGracePeriodSeconds: 0 } } },
  };
  const decoded = decodeProtobuf(encodeProtobuf(deployment, scheme), scheme) as unknown as typeof deployment;
  assert.equal(decoded.spec.replicas, 0);
  assert.equal("paused" in decoded.spec, false);
  assert.equal(decoded.spec.template.spec.terminationGracePeriodSeconds, 0);
});

test("packed numbers, unknown fields and missing map values are taken", () => {
  const wrap = (message: number[]): Uint8Array =>
    Uint8Array.from([...Buffer.from("6b3873000a090a0276311203506f64", "hex"), 0x12, message.length, ...message]);
  // spec(2).securityContext(14).supplementalGroups(4) packed [1, 2]; an unknown field 100; labels entry without a value.
  const spec = [0x12, 0x06, 0x72, 0x04, 0x22, 0x02, 0x01, 0x02];
  const unknown = [0xa2, 0x06, 0x01, 0x00];
  const metadata = [0x0a, 0x05, 0x5a, 0x03, 0x0a, 0x01, 0x6b];
  const pod = decodeProtobuf(wrap([...metadata, ...spec, ...unknown]), scheme) as never as {
    metadata: object;
    spec: { securityContext: object };
  };
  assert.deepEqual(pod.metadata, { labels: { k: "" } });
  assert.deepEqual(pod.spec.securityContext, { supplementalGroups: [1, 2] });
});

test("messages that nest without end are refused", () => {
  // JSONSchemaProps.not (28) within itself, 2000 deep.
  let schema: number[] | Uint8Array = [];
  const lengthOf = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...lengthOf(value >> 7)];
  const layers: number[][] = [];
  let size = 0;
  for (let depth = 0; depth < 2000; depth++) {
    const head = [0xe2, 0x01, ...lengthOf(size)];
    layers.push(head);
    size += head.length;
  }
  schema = Uint8Array.from(layers.reverse().flat());
  const field = (number: number, bytes: Uint8Array): Uint8Array =>
    Uint8Array.of(...lengthOf(number * 8 + 2), ...lengthOf(bytes.length), ...bytes);
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  // spec(2).versions(7).schema(4).openAPIV3Schema(1)
  const message = field(2, field(7, field(4, field(1, schema))));
  const type = Uint8Array.of(
    ...field(1, text("apiextensions.k8s.io/v1")),
    ...field(2, text("CustomResourceDefinition")),
  );
  const bytes = Uint8Array.of(0x6b, 0x38, 0x73, 0, ...field(1, type), ...field(2, message));
  assert.throws(() => decodeProtobuf(bytes, scheme), { message: "proto: message nests too deep" });
});

test("watch frames carry a length, the type and the object", () => {
  const object = encodeProtobuf(objectOf({ apiVersion: "v1", kind: "Pod" }), scheme);
  const frame = encodeProtobufWatchFrame("ADDED", object);
  const view = new DataView(frame.buffer, frame.byteOffset);
  assert.equal(view.getUint32(0), frame.length - 4);
  assert.equal(hex(frame.subarray(4, 11)), "0a054144444544");
  assert.ok(isProtobuf(frame.subarray(frame.length - object.length)));
});

test("types without a message are not acceptable", () => {
  const table = objectOf({ apiVersion: "meta.k8s.io/v1", kind: "Table" });
  assert.throws(() => encodeProtobuf(table, scheme), { reason: "NotAcceptable" });
  assert.throws(() => encodeProtobuf(objectOf({ apiVersion: "x/v1", kind: "Foo" }), scheme), {
    reason: "NotAcceptable",
  });
});

test("embedded JSON must be JSON", () => {
  const revision = { apiVersion: "apps/v1", kind: "ControllerRevision", metadata: {}, data: { a: 1 }, revision: 1 };
  const bytes = encodeProtobuf(revision, scheme);
  const at = Buffer.from(bytes).indexOf('{"a":1}');
  bytes[at] = 0x21;
  assert.throws(() => decodeProtobuf(bytes, scheme), { reason: "BadRequest" });
});
