/** `npm run bench -- NAME`: runs bench/NAME.ts; without a name, lists them. */
import { globSync } from "node:fs";
import { join } from "node:path";

const notBenchmarks = new Set(["run", "report", "daemon", "load", "bare-server"]);
const names = globSync("*.ts", { cwd: import.meta.dirname })
  .map((file) => file.replace(".ts", ""))
  .filter((name) => !notBenchmarks.has(name))
  .sort();
const name = process.argv[2];

if (!name || !names.includes(name)) {
  console.log(
    `${name ? `There is no benchmark "${name}". ` : ""}Usage: npm run bench -- NAME\n\n  ${names.join("\n  ")}`,
  );
  process.exit(name ? 1 : 0);
}
await import(join(import.meta.dirname, `${name}.ts`));
