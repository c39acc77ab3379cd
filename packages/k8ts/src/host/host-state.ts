/** What starting changed on the machine and stopping must put back, kept beside the cluster's settings. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const file = (directory: string): string => join(directory, "host-state.json");

/** Remembers kernel switches with the value they had; the first value of each is the one to put back. */
export function keepHostState(directory: string, changed: Readonly<Record<string, string>>): void {
  writeFileSync(file(directory), JSON.stringify({ ...changed, ...readHostState(directory) }));
}

function readHostState(directory: string): Record<string, string> {
  if (!existsSync(file(directory))) return {};
  return JSON.parse(readFileSync(file(directory), "utf8")) as Record<string, string>;
}

/** What to put back; forgets it. */
export function takeHostState(directory: string): Record<string, string> {
  const state = readHostState(directory);
  rmSync(file(directory), { force: true });
  return state;
}
