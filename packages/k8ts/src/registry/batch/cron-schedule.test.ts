import assert from "node:assert/strict";
import { test } from "node:test";
import { cronScheduleFault } from "./cron-schedule.ts";

for (const sound of ["* * * * *", "*/5 0-12 1,15 jan-mar MON", "@hourly", "@every 1h30m", "0 0 ? * 1-5"]) {
  test(`${sound} is a schedule`, () => assert.equal(cronScheduleFault(sound), undefined));
}
for (const faulty of ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "*/0 * * * *", "@never"]) {
  test(`${JSON.stringify(faulty)} is none`, () => assert.notEqual(cronScheduleFault(faulty), undefined));
}
