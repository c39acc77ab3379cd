/** The programs that simulated containers know. */
import type { Clock } from "@k8ts/api";
import { expandWord, parseScript, type ScriptStatement } from "./script.ts";

/** What a simulated program runs on. */
export interface ProgramHost {
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string>>;
  /** Undefined: at its end from the start. */
  readonly stdin: AsyncIterable<Uint8Array> | undefined;
  write(stream: "stdout" | "stderr", bytes: Buffer): Promise<void> | void;
  /** Kills the program: what it waits for rejects. */
  readonly signal: AbortSignal;
}

/** A program: resolves to its exit code. */
type Program = (words: readonly string[], host: ProgramHost) => Promise<number> | number;

const seconds: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** How long `sleep` sleeps, in milliseconds; undefined where it does not understand. */
function sleepTime(word: string): number | undefined {
  if (word === "infinity" || word === "inf") return Number.POSITIVE_INFINITY;
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(word);
  return match === null ? undefined : Number(match[1]) * seconds[match[2] ?? ""]! * 1000;
}

/** Waits without a timer where it is for ever. */
function wait(milliseconds: number, host: ProgramHost): Promise<void> {
  if (Number.isFinite(milliseconds)) return host.clock.sleep(milliseconds, host.signal);
  return new Promise((_resolve, reject) => {
    host.signal.addEventListener("abort", () => reject(host.signal.reason as Error), { once: true });
  });
}

async function say(host: ProgramHost, text: string): Promise<number> {
  await host.write("stdout", Buffer.from(text, "utf8"));
  return 0;
}

async function sleep(words: readonly string[], host: ProgramHost): Promise<number> {
  const times = words.slice(1).map(sleepTime);
  if (times.length === 0 || times.includes(undefined)) {
    await host.write("stderr", Buffer.from(`sleep: invalid time interval '${words[1] ?? ""}'\n`));
    return 1;
  }
  await wait(
    times.reduce<number>((sum, time) => sum + time!, 0),
    host,
  );
  return 0;
}

async function cat(words: readonly string[], host: ProgramHost): Promise<number> {
  if (words.length > 1 && words[1] !== "-") {
    await host.write("stderr", Buffer.from(`cat: ${words[1]}: No such file or directory\n`));
    return 1;
  }
  for await (const chunk of host.stdin ?? []) await host.write("stdout", Buffer.from(chunk));
  return 0;
}

function environmentText(host: ProgramHost): string {
  return Object.entries(host.environment)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

function printenv(words: readonly string[], host: ProgramHost): Promise<number> | number {
  if (words.length === 1) return say(host, environmentText(host));
  const value = host.environment[words[1]!];
  return value === undefined ? 1 : say(host, `${value}\n`);
}

const programs: Readonly<Record<string, Program>> = {
  echo: (words, host) => {
    const bare = words[1] === "-n";
    return say(host, words.slice(bare ? 2 : 1).join(" ") + (bare ? "" : "\n"));
  },
  cat,
  env: (_words, host) => say(host, environmentText(host)),
  printenv,
  sleep,
  true: () => 0,
  false: () => 1,
  hostname: (_words, host) => say(host, `${host.environment["HOSTNAME"] ?? ""}\n`),
  date: (_words, host) => say(host, `${new Date(host.clock.now()).toISOString()}\n`),
  sh: shell,
  bash: shell,
  ash: shell,
};

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** Whether a command can be run to its end; any other stands for a server that runs until it is stopped. */
export function isSimulated(command: readonly string[]): boolean {
  const name = baseName(command[0] ?? "");
  if (!Object.hasOwn(programs, name)) return false;
  if (programs[name] !== shell) return true;
  return command[1] === "-c" && parseScript(command[2] ?? "") !== undefined;
}

/** Whether there is a program of that name at all. */
export function hasProgram(name: string): boolean {
  return Object.hasOwn(programs, baseName(name));
}

/** Runs a command to its end; rejects with the signal's reason where it is killed. */
export async function runProgram(command: readonly string[], host: ProgramHost): Promise<number> {
  host.signal.throwIfAborted();
  const name = baseName(command[0] ?? "");
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (program !== undefined) return program(command, host);
  await host.write("stderr", Buffer.from(`sh: ${command[0]}: not found\n`));
  return 127;
}

async function shell(words: readonly string[], host: ProgramHost): Promise<number> {
  if (words[1] === "-c") return runScript(words[2] ?? "", host);
  // Without -c the script comes over stdin, a line at a time.
  let status = 0;
  let rest = "";
  for await (const chunk of host.stdin ?? []) {
    const lines = (rest + Buffer.from(chunk).toString("utf8")).split(/\r?\n|\r/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const exit = /^\s*exit(?:\s+(\d+))?\s*$/.exec(line);
      if (exit !== null) return Number(exit[1] ?? status);
      if (line.trim() !== "") status = await runScript(line, host);
    }
  }
  return rest.trim() === "" ? status : runScript(rest, host);
}

async function runScript(text: string, host: ProgramHost): Promise<number> {
  const statements = parseScript(text);
  if (statements === undefined) {
    await host.write("stderr", Buffer.from("sh: this container is simulated: its shell knows only plain commands\n"));
    return 2;
  }
  const result = await runStatements(statements, host, 0);
  return result.status;
}

interface ScriptResult {
  readonly status: number;
  readonly exited: boolean;
}

async function runStatements(
  statements: readonly ScriptStatement[],
  host: ProgramHost,
  before: number,
): Promise<ScriptResult> {
  let status = before;
  for (const statement of statements) {
    if (statement.kind === "loop") {
      const result = await runLoop(statement.condition, statement.body, host, status);
      if (result.exited) return result;
      status = result.status;
      continue;
    }
    if (statement.after !== "any" && (statement.after === "success") !== (status === 0)) continue;
    const words = statement.words.map((word) => expandWord(word, host.environment, status));
    if (words[0] === "exit") return { status: Number(words[1] ?? status) & 255, exited: true };
    if (words[0] === "exec") words.shift();
    status = words[0] === ":" ? 0 : await runProgram(words, statement.toStderr ? toStderr(host) : host);
  }
  return { status, exited: false };
}

async function runLoop(
  condition: readonly ScriptStatement[],
  body: readonly ScriptStatement[],
  host: ProgramHost,
  before: number,
): Promise<ScriptResult> {
  let status = before;
  for (;;) {
    host.signal.throwIfAborted();
    const test = await runStatements(condition, host, status);
    if (test.exited) return test;
    if (test.status !== 0) return { status, exited: false };
    const round = host.clock.monotonic();
    const result = await runStatements(body, host, 0);
    if (result.exited) return result;
    status = result.status;
    // A busy loop would stop a virtual clock and the whole process: a round takes at least a millisecond.
    if (host.clock.monotonic() === round) await host.clock.sleep(1, host.signal);
  }
}

function toStderr(host: ProgramHost): ProgramHost {
  return { ...host, signal: host.signal, write: (_stream, bytes) => host.write("stderr", bytes) };
}
