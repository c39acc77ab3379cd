/** Every kind, filled in by its own tables: what goes through a codec must come out the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cloneJson, deepEqual } from "../clone.ts";
import { seededRandom, type Random } from "../random.ts";
import type { KubernetesObject } from "../meta.ts";
import type { StructSchema, TypeUse } from "../schema.ts";
import { scheme } from "../scheme.ts";
import { conformValue } from "./conform.ts";
import { decodeBody } from "./decode-body.ts";
import { encodeJson } from "./encode-json.ts";
import { decodeProtobuf, encodeProtobuf } from "./protobuf.ts";

const texts = ["a", "", "ünïcödé 🎉", "x".repeat(200), '"quoted"\\', "line\nbreak"];

function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random.next() * list.length)] as T;
}

const scalarSamples: Record<string, (random: Random) => unknown> = {
  string: (random) => pick(random, texts),
  boolean: (random) => random.next() < 0.5,
  int32: (random) => pick(random, [0, 1, -1, 127, 128, 2 ** 31 - 1, -(2 ** 31)]),
  int64: (random) => pick(random, [0, 1, -1, 300, 2 ** 40, -(2 ** 40), Number.MAX_SAFE_INTEGER]),
  double: (random) => pick(random, [0, 1.5, -2.25, 1e300]),
  byte: (random) => pick(random, ["", "aGk=", "AAEC"]),
  Time: (random) => pick(random, ["2026-01-02T03:04:05Z", "1969-12-31T23:59:59Z"]),
  MicroTime: (random) => pick(random, ["2026-01-02T03:04:05.678901Z", "1969-12-31T23:59:59.000001Z"]),
  Quantity: (random) => pick(random, ["0", "100m", "1536Mi", "5"]),
  IntOrString: (random) => pick(random, [0, 8080, -1, "http", ""]),
  RawExtension: () => ({ kind: "Any", list: [1, { deep: null }], __proto: "x" }),
  FieldsV1: () => ({ "f:spec": { ".": {} } }),
  JSON: (random) => pick(random, [1, "x", [true], { a: 1 }]),
  JSONSchemaPropsOrArray: (random) => pick(random, [{ type: "string" }, [{ type: "string" }, { type: "integer" }]]),
  JSONSchemaPropsOrBool: (random) => pick(random, [{ type: "string" }, true, false]),
  JSONSchemaPropsOrStringArray: (random) => pick(random, [{ type: "string" }, ["a", "b"]]),
  object: () => ({ a: 1 }),
};

function sample(random: Random, type: TypeUse, depth: number): unknown {
  if (type.kind === "scalar") return scalarSamples[type.scalar]?.(random);
  if (type.kind === "struct") return sampleStruct(random, scheme.struct(type.name), depth + 1);
  const count = depth > 6 ? 0 : Math.ceil(random.next() * 3);
  const items = Array.from({ length: count }, () => sample(random, type.of, depth + 1));
  if (type.kind === "list") return items;
  return Object.fromEntries(items.map((item, index) => [pick(random, ["key", "a.b/c", "ключ", ""]) + index, item]));
}

function sampleStruct(random: Random, struct: StructSchema, depth: number): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const { name, type, required } of struct.fields.values()) {
    if (required || random.next() < (depth > 6 ? 0.1 : 0.6)) object[name] = sample(random, type, depth);
  }
  return object;
}

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly struct: StructSchema;
}

function kinds(): Kind[] {
  return [...scheme.groupVersions(), { groupVersion: "meta.k8s.io/v1" }].flatMap(({ groupVersion }) =>
    scheme
      .structsOf(groupVersion)
      .filter((struct) => struct.isKind)
      .map((struct) => ({
        apiVersion: groupVersion === "meta.k8s.io/v1" ? "meta.k8s.io/v1" : groupVersion,
        kind: struct.name.slice(struct.name.lastIndexOf(".") + 1),
        struct,
      })),
  );
}

function objectOf({ apiVersion, kind, struct }: Kind, seed: number): KubernetesObject {
  const object = { kind, apiVersion, ...sampleStruct(seededRandom(seed), struct, 0) };
  return conformValue(struct, object).value as unknown as KubernetesObject;
}

/** Plain zeros, empty lists and structs of nothing else mean nothing in protobuf. */
function withoutZeros(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutZeros);
  if (typeof value !== "object" || value === null) return value;
  const isNothing = (field: unknown): boolean =>
    field === "" ||
    field === "0" ||
    field === 0 ||
    field === false ||
    (typeof field === "object" && field !== null && Object.keys(field).length === 0);
  const entries = Object.entries(value).map(([key, field]) => [key, withoutZeros(field)] as const);
  return Object.fromEntries(entries.filter(([, field]) => !isNothing(field)));
}

test("conforming is idempotent, for every kind", () => {
  for (const kind of kinds()) {
    const object = objectOf(kind, 1);
    const again = conformValue(kind.struct, cloneJson(object));
    assert.deepEqual(again.problems, [], kind.struct.name);
    assert.ok(deepEqual(again.value, object), kind.struct.name);
  }
});

test("every kind goes through JSON unchanged", () => {
  for (const kind of kinds()) {
    const object = objectOf(kind, 2);
    const { object: decoded, problems } = decodeBody(encodeJson(object), "application/json", undefined, scheme);
    assert.deepEqual(problems, []);
    assert.ok(deepEqual(decoded, object), kind.struct.name);
  }
});

test("every kind goes through protobuf unchanged, and encodes the same again", () => {
  let count = 0;
  for (const kind of kinds()) {
    if ([...kind.struct.fields.values()].some((field) => !field.proto)) continue;
    for (const seed of [3, 4, 5]) {
      const object = objectOf(kind, seed);
      const bytes = encodeProtobuf(object, scheme);
      const decoded = decodeProtobuf(bytes, scheme);
      assert.deepEqual(withoutZeros(decoded), withoutZeros(object), `${kind.struct.name} seed ${seed}`);
      assert.deepEqual(encodeProtobuf(decoded, scheme), bytes, kind.struct.name);
    }
    count++;
  }
  assert.ok(count > 190, `only ${count} kinds`);
});

test("no cut or flipped byte crashes the protobuf reader", () => {
  const random = seededRandom(6);
  const pod = objectOf({ apiVersion: "v1", kind: "Pod", struct: scheme.struct("core.v1.Pod") }, 7);
  const bytes = Uint8Array.from(encodeProtobuf(pod, scheme));
  for (let turn = 0; turn < 2000; turn++) {
    const copy = bytes.slice(0, turn % 2 === 0 ? Math.floor(random.next() * bytes.length) : bytes.length);
    if (copy.length > 4) copy[4 + Math.floor(random.next() * (copy.length - 4))] = Math.floor(random.next() * 256);
    try {
      decodeProtobuf(copy, scheme);
    } catch (error) {
      assert.equal((error as Error).name, "StatusError", String((error as Error).stack));
    }
  }
});
