import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
