import assert from "node:assert/strict";
import { appendFile, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileLogs } from "./file-logs.ts";
import type { LogStore } from "./log-store.ts";
import { MemoryLogs } from "./memory-logs.ts";
import { readLogs, type LogOptions } from "./read-logs.ts";

const all: LogOptions = { follow: false, timestamps: false, stream: "All" };

const log = [
  "2026-01-01T00:00:00.5Z stdout F first",
  "2026-01-01T00:00:01.000000001Z stderr F second",
  "2026-01-01T00:00:02Z stdout P part one, ",
  "2026-01-01T00:00:02.1Z stdout P:more part two, ",
  "2026-01-01T00:00:02.2Z stdout F end",
  "2026-01-01T01:00:03.123456789+01:00 stdout F ",
  "2026-01-01T00:00:04Z stderr F last",
  "",
].join("\n");

/** Reads from a store; resolves to the output. */
async function read(store: LogStore, path: string, options: Partial<LogOptions>): Promise<string> {
  let text = "";
  const never = new AbortController().signal;
  await readLogs(
    store,
    path,
    { ...all, ...options },
    {
      signal: never,
      ended: never,
      write: (bytes) => void (text += bytes.toString("utf8")),
    },
  );
  return text;
}

function stored(text: string): MemoryLogs {
  const logs = new MemoryLogs();
  logs.append("/log", Buffer.from(text));
  return logs;
}

const whole = "first\nsecond\npart one, part two, end\n\nlast\n";

describe("readLogs", () => {
  for (const [what, options, expected] of [
    ["all of it", {}, whole],
    ["one stream", { stream: "Stderr" }, "second\nlast\n"],
    ["the other", { stream: "Stdout" }, "first\npart one, part two, end\n\n"],
    ["the last lines", { tailLines: 2 }, "\nlast\n"],
    ["lines of the file, which partial ones are too", { tailLines: 4 }, "part two, end\n\nlast\n"],
    ["no line", { tailLines: 0 }, ""],
    ["more lines than there are", { tailLines: 100 }, whole],
    ["so many bytes", { limitBytes: 9 }, "first\nsec"],
    ["bytes that end with a line", { limitBytes: 6 }, "first\n"],
    ["what is new enough", { since: Date.UTC(2026, 0, 1, 0, 0, 3) }, "\nlast\n"],
    ["nothing from the future", { since: Date.UTC(2027, 0, 1) }, ""],
    [
      "times, once a line, with nine digits",
      { timestamps: true, tailLines: 5 },
      "2026-01-01T00:00:02.000000000Z part one, part two, end\n" +
        "2026-01-01T01:00:03.123456789+01:00 \n2026-01-01T00:00:04.000000000Z last\n",
    ],
    ["bytes with times", { timestamps: true, limitBytes: 33 }, "2026-01-01T00:00:00.500000000Z fi"],
  ] as const) {
    it(`writes ${what}`, async () => assert.equal(await read(stored(log), "/log", options), expected));
  }

  it("writes a last line that has no end yet, unless only lines were asked for", async () => {
    const unfinished = `${log}2026-01-01T00:00:05Z stdout F unfin`;
    assert.equal(await read(stored(unfinished), "/log", {}), `${whole}unfin`);
    assert.equal(await read(stored(unfinished), "/log", { tailLines: 1 }), "last\n");
  });

  it("skips lines that are none, and refuses a file that begins with one", async () => {
    assert.equal(
      await read(stored(`${log}garbage\n2026-01-01T00:00:06Z stdout F good\n`), "/log", {}),
      `${whole}good\n`,
    );
    await assert.rejects(read(stored("garbage\n"), "/log", {}), /unsupported log format: "garbage\\n"/);
    await assert.rejects(read(stored(log), "/missing", {}), /no such file or directory/);
  });

  it("reads long files and long lines, whole and from their end", async () => {
    const lines = Array.from({ length: 5000 }, (_each, index) => `${index} ${"x".repeat(index % 300)}`);
    lines.push("y".repeat(200_000));
    const directory = await mkdtemp(join(tmpdir(), "k8ts-logs-"));
    const path = join(directory, "log");
    await writeFile(path, lines.map((line) => `2026-01-01T00:00:00Z stdout F ${line}\n`).join(""));
    assert.equal(await read(fileLogs, path, {}), `${lines.join("\n")}\n`);
    assert.equal(await read(fileLogs, path, { tailLines: 1000 }), `${lines.slice(-1000).join("\n")}\n`);
    await rm(directory, { recursive: true });
  });
});

/** A reader that follows, and what it has got so far. */
function follow(store: LogStore, path: string, options: Partial<LogOptions> = {}) {
  const gone = new AbortController();
  const ended = new AbortController();
  let text = "";
  let wake: () => void = () => undefined;
  const done = readLogs(
    store,
    path,
    { ...all, follow: true, ...options },
    {
      signal: gone.signal,
      ended: ended.signal,
      write(bytes) {
        text += bytes.toString("utf8");
        wake();
      },
    },
  );
  const until = async (expected: string): Promise<void> => {
    while (!text.endsWith(expected)) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { gone, ended, done, until, text: () => text };
}

const line = (text: string): string => `2026-01-01T00:00:00Z stdout F ${text}\n`;

interface Writable {
  readonly store: LogStore;
  readonly path: string;
  append(text: string): Promise<void> | void;
  rotate(): Promise<void> | void;
}

for (const [name, create] of [
  [
    "in memory",
    async (): Promise<Writable> => {
      const store = new MemoryLogs();
      store.create("/log");
      return {
        store,
        path: "/log",
        append: (text) => store.append("/log", Buffer.from(text)),
        rotate: () => store.rotate("/log"),
      };
    },
  ],
  [
    "in files",
    async (): Promise<Writable> => {
      const path = join(await mkdtemp(join(tmpdir(), "k8ts-logs-")), "0.log");
      await writeFile(path, "");
      return {
        store: fileLogs,
        path,
        append: (text) => appendFile(path, text),
        async rotate() {
          await rename(path, `${path}.20260101-000000`);
          await writeFile(path, "");
        },
      };
    },
  ],
] as const) {
  describe(`following logs ${name}`, () => {
    let log: Writable;
    before(async () => {
      log = await create();
    });
    after(async () => {
      if (log.path !== "/log") await rm(join(log.path, ".."), { recursive: true });
    });

    it("writes what comes, over a rotation, until the container has ended", async () => {
      await log.append(line("before"));
      const reader = follow(log.store, log.path);
      await reader.until("before\n");
      await log.append(line("one").slice(0, 35));
      await log.append(line("one").slice(35));
      await reader.until("one\n");
      await log.rotate();
      await log.append(line("two"));
      await reader.until("two\n");
      await log.append(line("three"));
      reader.ended.abort();
      await reader.done;
      assert.equal(reader.text(), "before\none\ntwo\nthree\n");
    });

    it("starts at the end where no old line is wanted, and stops when its reader goes", async () => {
      const reader = follow(log.store, log.path, { tailLines: 0 });
      while (reader.text() === "") {
        await log.append(line("new"));
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.match(reader.text(), /^(?:new\n)+$/);
      reader.gone.abort();
      await reader.done;
    });

    it("stops at its byte limit", async () => {
      const reader = follow(log.store, log.path, { limitBytes: 3 });
      await reader.done;
      assert.equal(reader.text().length, 3);
    });
  });
}
