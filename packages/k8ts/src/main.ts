#!/usr/bin/env node
/** The k8ts command. */
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

const oldestNode = 24;

if (Number(process.versions.node.split(".")[0]) < oldestNode) {
  console.error(`k8ts needs Node ${oldestNode} or later, and this is ${process.version}; see https://nodejs.org`);
  process.exit(1);
}

// Compiled code is kept between starts: a fifth of the time to /readyz.
enableCompileCache(join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "k8ts", "compiled"));
const { runProgram } = await import("./cli/program.ts");
await runProgram(process.argv);
