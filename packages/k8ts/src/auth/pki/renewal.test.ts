import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger, VirtualClock } from "@k8ts/api";
import type { Pki } from "./pki.ts";
import { CertificateRenewal } from "./renewal.ts";

const day = 24 * 3600_000;

test("once a day everybody sees the certificates, also after a failure, until it stops", async () => {
  const clock = new VirtualClock(0);
  const errors: unknown[] = [];
  const logger = { ...silentLogger, error: (_text: string, fields?: object) => void errors.push(fields) };
  let made = 0;
  const ensure = async (): Promise<Pki> => {
    if (++made === 2) throw new Error("disk full");
    return { caPem: `made ${made}` } as Pki;
  };
  const renewal = new CertificateRenewal({ clock, logger, ensure });
  const seen: string[] = [];
  renewal.add((pki) => void seen.push(`first ${pki.caPem}`));
  renewal.add(async (pki) => void seen.push(`second ${pki.caPem}`));
  await clock.advance(day - 1);
  assert.equal(made, 0);
  await clock.advance(1);
  assert.deepEqual(seen, ["first made 1", "second made 1"]);
  await clock.advance(day);
  assert.deepEqual([errors, seen.length], [[{ error: "Error: disk full" }], 2]);
  await clock.advance(day);
  assert.deepEqual(seen.slice(2), ["first made 3", "second made 3"]);
  renewal.stop();
  await clock.advance(3 * day);
  assert.equal(made, 3);
});
