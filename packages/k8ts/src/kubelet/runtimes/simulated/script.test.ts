import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { VirtualClock } from "@k8ts/api";
import { isSimulated, runProgram } from "./programs.ts";

/** Runs a script; resolves to its output, exit code and the seconds it took. */
async function run(script: string, stdin: readonly string[] = []) {
  const clock = new VirtualClock();
  const output = { stdout: "", stderr: "" };
  const stop = new AbortController();
  const host = {
    clock,
    environment: { NAME: "web", EMPTY: "" },
    stdin: (async function* () {
      for (const text of stdin) yield Buffer.from(text);
    })(),
    signal: stop.signal,
    write: (stream: "stdout" | "stderr", bytes: Buffer) => void (output[stream] += bytes.toString()),
  };
  const start = clock.now();
  let exitCode: number | undefined;
  const ended = runProgram(["/bin/sh", "-c", script], host).then((code) => (exitCode = code));
  for (let step = 0; step < 100 && exitCode === undefined; step++) await clock.advance(1000);
  stop.abort(new Error("stop"));
  await ended.catch(() => undefined);
  return { ...output, exitCode, seconds: Math.round((clock.now() - start) / 1000) };
}

describe("simulated shell", () => {
  for (const [script, stdout, exitCode] of [
    ["echo a; echo b", "a\nb\n", 0],
    ["echo -n a && echo b || echo c", "ab\n", 0],
    ["false && echo no; echo $?", "1\n", 0],
    ["false || echo yes", "yes\n", 0],
    [`echo "$NAME is \\$NAME" '$NAME' \${NAME}x $MISSING.`, "web is $NAME $NAME webx .\n", 0],
    ["echo 'a;  b' \"c && d\"", "a;  b c && d\n", 0],
    ["exit 300", "", 44],
    ["echo a\nexit 3\necho b", "a\n", 3],
    ["exec sh -c 'echo inner; exit 4'", "inner\n", 4],
    ["printenv NAME; printenv MISSING", "web\n", 1],
    ["cat", "from stdin", 0],
    ["sh", "read\n", 6],
    ["while false; do echo no; done; echo after", "after\n", 0],
    ["no-such-command", "", 127],
    ["cat /etc/passwd", "", 1],
    ["sleep soon", "", 1],
    [":", "", 0],
  ] as const) {
    it(script, async () => {
      const stdin = script === "sh" ? ["echo re", "ad\nexit 6\necho no\n"] : ["from ", "stdin"];
      const result = await run(script, stdin);
      assert.deepEqual([result.stdout, result.exitCode], [stdout, exitCode]);
    });
  }

  it("writes where it is told to", async () => {
    assert.deepEqual([(await run("echo a >&2")).stderr, (await run("echo a 1>&2")).stderr], ["a\n", "a\n"]);
  });

  it("sleeps on the clock", async () => {
    assert.equal((await run("sleep 2; sleep 0.5m")).seconds, 32);
    assert.equal((await run("sleep infinity")).exitCode, undefined);
  });

  it("loops", async () => {
    const { stdout, exitCode } = await run("while true; do echo tick; sleep 10; done");
    assert.deepEqual([stdout.split("\n").length - 1, exitCode], [11, undefined]);
  });

  for (const script of [
    "a | b",
    "if true; then echo; fi",
    "echo $(date)",
    "echo `date`",
    "cat < file",
    "(echo a)",
    "echo 'open",
  ]) {
    it(`does not pretend to know: ${script}`, async () => {
      assert.equal(isSimulated(["sh", "-c", script]), false);
      assert.equal((await run(script)).exitCode, 2);
    });
  }
});
