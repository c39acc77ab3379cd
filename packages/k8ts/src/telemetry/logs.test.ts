import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createLogger } from "./logs.ts";

test("errors tell what they say, and why", () => {
  const directory = mkdtempSync(join(tmpdir(), "k8ts-logs-"));
  try {
    const file = join(directory, "log");
    const cause = new RangeError("too far");
    createLogger({ level: "info", destination: file }).error("failed", {
      error: new Error("no way", { cause }),
      key: 1,
    });
    createLogger({ level: "info", destination: file }).debug("not this");
    const lines = readFileSync(file, "utf8").trim().split("\n");
    assert.equal(lines.length, 1);
    const { level, msg, key, error } = JSON.parse(lines[0]!);
    assert.deepEqual([level, msg, key], ["error", "failed", 1]);
    assert.deepEqual([error.name, error.message, error.cause.message], ["Error", "no way", "too far"]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
