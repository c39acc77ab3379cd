/** A running simulated process: its program, who listens to it, and what it is fed. */
import { PassThrough, type Readable } from "node:stream";
import type { Clock } from "@k8ts/api";
import type { ProcessStreams } from "../runtime.ts";
import { isSimulated, runProgram } from "./programs.ts";

/** Exit codes of processes that a signal ended: 128 and the signal's number. */
export const killedBySigterm = 143;
export const killedBySigkill = 137;

/** What a process is started with. */
export interface ProcessSettings {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Whether something may be fed in; else its stdin is at its end. */
  readonly stdin: boolean;
  /** Whether its stdin ends with that of the first who joins it. */
  readonly stdinOnce: boolean;
  /** Hears every piece of output, attached or not. */
  readonly log: (stream: "stdout" | "stderr", bytes: Buffer) => void;
  readonly ended: (exitCode: number) => void;
  /** Milliseconds after which it ends by itself with that code, whatever it runs. */
  readonly exitAfter?: { readonly milliseconds: number; readonly exitCode: number };
}

/** A container's main process. A server (any program that is not simulated) has no timer and no promise. */
export class SimulatedProcess {
  readonly #settings: ProcessSettings;
  readonly #kill = new AbortController();
  readonly #attached = new Set<ProcessStreams>();
  readonly #endListeners = new Set<() => void>();
  #stdin: PassThrough | undefined;
  #ended = false;

  constructor(settings: ProcessSettings) {
    this.#settings = settings;
  }

  start(): void {
    const { command, exitAfter, clock } = this.#settings;
    if (exitAfter !== undefined) {
      const timer = clock.setTimer(exitAfter.milliseconds, () => this.#end(exitAfter.exitCode));
      this.#endListeners.add(() => timer.cancel());
    }
    if (!isSimulated(command)) return;
    const host = {
      clock,
      environment: this.#settings.environment,
      stdin: this.#settings.stdin ? this.#input() : undefined,
      signal: this.#kill.signal,
      write: (stream: "stdout" | "stderr", bytes: Buffer) => this.#write(stream, bytes),
    };
    runProgram(command, host).then(
      (exitCode) => this.#end(exitCode),
      () => this.#end(killedBySigkill),
    );
  }

  /** Ends it now with that code. */
  kill(exitCode: number): void {
    this.#end(exitCode);
  }

  /** Joins it until it ends or `signal` aborts. */
  attach(streams: ProcessStreams, signal: AbortSignal): Promise<void> {
    if (this.#ended) return Promise.resolve();
    this.#attached.add(streams);
    const input = streams.stdin as Readable | undefined;
    if (input !== undefined && this.#settings.stdin) input.pipe(this.#input(), { end: this.#settings.stdinOnce });
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#attached.delete(streams);
        this.#endListeners.delete(leave);
        signal.removeEventListener("abort", leave);
        if (this.#stdin !== undefined) input?.unpipe(this.#stdin);
        resolve();
      };
      this.#endListeners.add(leave);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  #input(): PassThrough {
    this.#stdin ??= new PassThrough();
    return this.#stdin;
  }

  #write(stream: "stdout" | "stderr", bytes: Buffer): void {
    if (this.#ended) return;
    this.#settings.log(stream, bytes);
    for (const streams of this.#attached) streams[stream]?.write(bytes);
  }

  #end(exitCode: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#kill.abort(new Error("killed"));
    this.#stdin?.destroy();
    for (const listener of this.#endListeners) listener();
    this.#settings.ended(exitCode);
  }
}
