/** The command line: every verb, in the order `--help` shows them. */
import { keepAlive } from "@k8ts/api";
import { Command } from "commander";
import { addComponentCommands } from "./components.ts";
import { addDownCommand } from "./down.ts";
import { addImageCommand } from "./image.ts";
import { runKubectl } from "./kubectl.ts";
import { dataDirectory, UsageError } from "./options.ts";
import { addServerCommand } from "./server.ts";
import { addStatusCommand } from "./status.ts";
import { addUpCommand } from "./up.ts";
import { addVersionCommand, ownVersion } from "./version.ts";

function addKubectlCommand(program: Command): void {
  program
    .command("kubectl")
    .description("run kubectl against the cluster; everything after the verb is kubectl's")
    .argument("[arguments...]", "what kubectl is told")
    .allowUnknownOption()
    .helpOption(false)
    .passThroughOptions()
    .action(async (args: string[]) => {
      process.exitCode = await runKubectl(dataDirectory({}), args);
    });
}

/** Builds the program. */
export function createProgram(): Command {
  const program = new Command("k8ts")
    .description("Kubernetes in TypeScript: a whole cluster in one small daemon")
    .version(ownVersion, "-v, --version")
    .enablePositionalOptions()
    .showHelpAfterError("(k8ts --help lists the verbs; k8ts VERB --help its flags)");
  addUpCommand(program);
  addDownCommand(program);
  addStatusCommand(program);
  addKubectlCommand(program);
  addImageCommand(program);
  addVersionCommand(program);
  addServerCommand(program);
  addComponentCommands(program);
  return program;
}

/** Runs the command line; sets the exit code. A UsageError is printed as its message alone. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  const alive = keepAlive();
  try {
    await createProgram().parseAsync(argv);
  } catch (error) {
    if (error instanceof UsageError) console.error(`error: ${error.message}`);
    else console.error(error);
    process.exitCode = 1;
  } finally {
    alive.cancel();
  }
}
