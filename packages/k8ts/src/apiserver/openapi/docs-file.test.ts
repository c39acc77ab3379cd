import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { docsFromFile } from "./docs-file.ts";

test("docs are read when first asked for; a missing file knows nothing, a broken one is told", () => {
  const folder = mkdtempSync(join(tmpdir(), "docs-"));
  const file = join(folder, "docs.json");
  try {
    assert.equal(docsFromFile(file)("core.v1.Pod"), undefined);
    const docs = docsFromFile(file);
    writeFileSync(file, JSON.stringify({ "core.v1.Pod": { "": "a pod", spec: "what it should be" } }));
    assert.equal(docs("core.v1.Pod"), "a pod");
    assert.equal(docs("core.v1.Pod", "spec"), "what it should be");
    assert.equal(docs("core.v1.Pod", "constructor"), undefined);
    assert.equal(docs("constructor"), undefined);
    writeFileSync(file, "{");
    assert.throws(() => docsFromFile(file)("core.v1.Pod"), SyntaxError);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the fingerprint is the content's, whatever the file's time, and kept", () => {
  const folder = mkdtempSync(join(tmpdir(), "docs-"));
  const fingerprintOf = (text: string | undefined): string => {
    const file = join(folder, "docs.json");
    if (text === undefined) rmSync(file, { force: true });
    else writeFileSync(file, text);
    utimesSync(text === undefined ? folder : file, 0, 0);
    const docs = docsFromFile(file);
    const fingerprint = docs.fingerprint?.() ?? assert.fail();
    writeFileSync(file, "other");
    assert.equal(docs.fingerprint?.(), fingerprint);
    return fingerprint;
  };
  try {
    assert.equal(fingerprintOf('{"a":{}}'), fingerprintOf('{"a":{}}'));
    assert.equal(new Set([undefined, '{"a":{}}', '{"b":{}}'].map(fingerprintOf)).size, 3);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
