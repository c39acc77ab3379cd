#!/usr/bin/env node
/** The k8ts command. */
const oldestNode = 24;

if (Number(process.versions.node.split(".")[0]) < oldestNode) {
  console.error(`k8ts needs Node ${oldestNode} or later, and this is ${process.version}; see https://nodejs.org`);
  process.exit(1);
}

const { runProgram } = await import("./cli/program.ts");
await runProgram(process.argv);
