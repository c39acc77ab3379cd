/** Runs a command of the machine (nft, conntrack) with text in and text out. */
import { spawn } from "node:child_process";

/** Runs with these arguments and this standard input; resolves to standard output, rejects with CommandError. */
export type RunCommand = (args: readonly string[], input?: string) => Promise<string>;

/** A command failed or could not be started. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** Exit code; absent where it did not start or was killed. */
  readonly code: number | undefined;
  /** True where there is no such command on this machine. */
  readonly missing: boolean;

  constructor(message: string, code: number | undefined, missing = false) {
    super(message);
    this.code = code;
    this.missing = missing;
  }
}

/** Error output that is kept, in characters. */
const maxErrorText = 4096;

/** A runner of a command line such as ["nft"] or ["nsenter", "-t", "1", "-n", "nft"]. */
export function commandRunner(command: readonly [string, ...string[]]): RunCommand {
  const [file, ...first] = command;
  return (args, input = "") =>
    new Promise((resolve, reject) => {
      const child = spawn(file, [...first, ...args], { stdio: ["pipe", "pipe", "pipe"] });
      const output: Buffer[] = [];
      let errors = "";
      child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        if (errors.length < maxErrorText) errors += chunk;
      });
      child.once("error", (error: NodeJS.ErrnoException) => {
        reject(new CommandError(`${file}: ${error.message}`, undefined, error.code === "ENOENT"));
      });
      child.once("close", (code) => {
        if (code === 0) resolve(Buffer.concat(output).toString("utf8"));
        else
          reject(
            new CommandError(`${file} ${args.join(" ")}: ${errors.trim().slice(0, maxErrorText)}`, code ?? undefined),
          );
      });
      // A command that ends without reading breaks the pipe; its exit code says more.
      child.stdin.on("error", () => undefined);
      child.stdin.end(input);
    });
}
