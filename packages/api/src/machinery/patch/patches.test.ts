/** Runs the transcripts in testdata: each says an object, a patch and what comes of it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load } from "js-yaml";
import { cloneJson } from "../clone.ts";
import { scheme } from "../scheme.ts";
import { StatusError } from "../status-error.ts";
import { createStrategicMergePatch } from "./create-strategic-merge-patch.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch, createMergePatch } from "./merge-patch.ts";
import { applyStrategicMergePatch } from "./strategic-merge-patch.ts";

interface Transcript {
  readonly about: string;
  readonly type?: string;
  readonly object: object;
  readonly patch: object;
  readonly result?: object;
  readonly error?: { readonly code: number; readonly message?: string; readonly cause?: string };
}

type Apply = (transcript: Transcript) => unknown;

const strategic: Apply = ({ type = "", object, patch }) =>
  applyStrategicMergePatch(scheme, scheme.struct(type), object, patch);

const folders: Readonly<Record<string, Apply>> = {
  "json-patch": ({ object, patch }) => applyJsonPatch(object, patch),
  "merge-patch": ({ object, patch }) => applyMergePatch(object, patch),
  "strategic-merge": strategic,
};

function transcripts(folder: string): [name: string, transcript: Transcript][] {
  const path = join(import.meta.dirname, "testdata", folder);
  return readdirSync(path).map((name) => [name, load(readFileSync(join(path, name), "utf8")) as Transcript]);
}

function check(transcript: Transcript, apply: Apply): void {
  const before = JSON.stringify([transcript.object, transcript.patch]);
  try {
    const result = apply(transcript);
    assert.equal(transcript.error, undefined, "an error was wanted");
    assert.deepEqual(JSON.parse(JSON.stringify(result)), JSON.parse(JSON.stringify(transcript.result)));
  } catch (error) {
    if (!(error instanceof StatusError) || !transcript.error) throw error;
    const { code, message, cause } = transcript.error;
    assert.equal(error.code, code);
    if (message !== undefined) assert.equal(error.message, message);
    if (cause !== undefined) assert.equal((error.cause as Error).message, cause);
  }
  assert.equal(JSON.stringify([transcript.object, transcript.patch]), before, "an argument changed");
}

for (const [folder, apply] of Object.entries(folders)) {
  for (const [name, transcript] of transcripts(folder)) {
    test(`${folder}/${name}: ${transcript.about}`, () => check(transcript, apply));
  }
}

test("the patch that is made turns one object into the other, for every transcript", () => {
  let count = 0;
  for (const [name, { type = "", object, result }] of transcripts("strategic-merge")) {
    if (!result) continue;
    const struct = scheme.struct(type);
    for (const [from, to] of [
      [object, result],
      [result, object],
    ] as const) {
      const patch = createStrategicMergePatch(scheme, struct, from, to);
      assert.deepEqual(applyStrategicMergePatch(scheme, struct, from, patch), cloneJson(to), name);
      const merge = createMergePatch(from, to);
      assert.deepEqual(applyMergePatch(from, merge), cloneJson(to), name);
      count++;
    }
    assert.deepEqual(createStrategicMergePatch(scheme, struct, object, object), {}, name);
    assert.deepEqual(createMergePatch(object, object), {}, name);
  }
  assert.ok(count > 10);
});

test("made patches say as little as they can", () => {
  const pod = scheme.struct("core.v1.Pod");
  const from = {
    spec: { containers: [{ name: "a", image: "x" }, { name: "b" }], volumes: [{ name: "v", emptyDir: {} }] },
  };
  const to = { spec: { containers: [{ name: "a", image: "y" }], volumes: [{ name: "v", hostPath: { path: "/" } }] } };
  assert.deepEqual(createStrategicMergePatch(scheme, pod, from, to), {
    spec: {
      "$setElementOrder/containers": [{ name: "a" }],
      "$setElementOrder/volumes": [{ name: "v" }],
      containers: [
        { name: "a", image: "y" },
        { $patch: "delete", name: "b" },
      ],
      volumes: [{ name: "v", $retainKeys: ["hostPath", "name"], hostPath: { path: "/" }, emptyDir: null }],
    },
  });
});

test("JSON patches have limits", () => {
  const many = Array.from({ length: 10_001 }, () => ({ op: "test", path: "/a", value: 1 }));
  assert.throws(() => applyJsonPatch({ a: 1 }, many), {
    code: 413,
    message: "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001",
  });
  const doubling = Array.from({ length: 40 }, (_, index) => ({ op: "copy", from: "/a", path: `/a/n${index}` }));
  assert.throws(
    () => applyJsonPatch({ a: { text: "x".repeat(1000) } }, doubling),
    (error: StatusError) => error.code === 422 && /accumulated size increase/.test((error.cause as Error).message),
  );
  assert.throws(() => applyJsonPatch({}, { op: "add" }), {
    code: 400,
    message: "json: cannot unmarshal object into Go value of type jsonpatch.Patch",
  });
});
