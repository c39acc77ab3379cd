/** Writes as fast as it can, says what was acknowledged, and waits to be killed. */
import { writeSync } from "node:fs";
import { realClock, silentLogger } from "@k8ts/api";
import { openLmdbStorage } from "../lmdb.ts";

const [directory = "", round = ""] = process.argv.slice(2);
const storage = await openLmdbStorage({ directory, clock: realClock, logger: silentLogger });
const value = Buffer.alloc(4000, "x");

async function write(lane: number): Promise<void> {
  for (let count = 0; ; count++) {
    const key = `/registry/pods/${round}/${lane}-${count}`;
    const revision = await storage.commit([{ key, value, index: "app=x" }]);
    writeSync(1, `${key} ${revision}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, (_, lane) => write(lane)));
