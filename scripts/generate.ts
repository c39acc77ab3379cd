/** `npm run generate`: writes every generated file; `--check` fails where one is out of date. */
import { generateTypes } from "./generate-types.ts";

const check = process.argv.includes("--check");
const stale = generateTypes(check);
for (const file of stale) console.log(`${check ? "out of date" : "wrote"}: ${file}`);
if (check && stale.length > 0) {
  console.error("Generated files are out of date; run: npm run generate");
  process.exit(1);
}
