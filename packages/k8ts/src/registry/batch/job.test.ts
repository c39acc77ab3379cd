import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CronJob, CronJobSpec, Job, JobSpec, JobStatus } from "@k8ts/api/batch/v1";
import { createFaults, defaulted, row, strategyOf, testContext, updateFaults } from "../strategy-fixture.ts";

const template = { spec: { restartPolicy: "Never", containers: [{ name: "work", image: "busybox" }] } };

const job = (spec: Partial<JobSpec> = {}, status?: JobStatus): Job => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "work", namespace: "default", uid: "u1" },
  spec: { template, ...spec },
  ...(status && { status }),
});

/** As the store keeps it. */
function stored(spec: Partial<JobSpec> = {}, status?: JobStatus): Job {
  const made = defaulted(job(spec));
  strategyOf(made).prepareForCreate!(made, testContext());
  return { ...made, ...(status && { status }) };
}

const truth = (...types: string[]) => types.map((type) => ({ type, status: "True" }));
const time = "2026-01-01T00:00:00Z";

test("runs one pod at a time to one success, six retries", () => {
  const { completions, parallelism, backoffLimit, completionMode, suspend } = defaulted(job()).spec!;
  assert.deepEqual([completions, parallelism, backoffLimit, completionMode, suspend], [1, 1, 6, "NonIndexed", false]);
  assert.equal(defaulted(job({ parallelism: 3 })).spec?.completions, undefined, "a work queue");
});

test("tells its pods by labels that nobody else sets", () => {
  const { spec } = stored();
  const labels = spec?.template?.metadata?.labels;
  assert.equal(labels?.["batch.kubernetes.io/job-name"], "work");
  assert.deepEqual(spec?.selector, { matchLabels: { "batch.kubernetes.io/controller-uid": "u1" } });
});

describe("a Job is refused for", () => {
  const rule = { action: "FailJob", onExitCodes: { operator: "In", values: [0] } };
  const always = { spec: { ...template.spec, restartPolicy: "Always" } };
  const faulty: readonly [string, Partial<JobSpec>, RegExp][] = [
    ["pods that never end", { template: always }, /restartPolicy: Required value: valid values: "OnFailure", "Never"$/],
    ["negative parallelism", { parallelism: -1 }, /^spec\.parallelism: .*greater than or equal to 0/],
    ["a selector of its own", { selector: { matchLabels: { a: "b" } } }, /`selector` not auto-generated/],
    [
      "indexes without completions",
      { completionMode: "Indexed", parallelism: 1 },
      /^spec\.completions: Required value/,
    ],
    ["limits by index without indexes", { backoffLimitPerIndex: 1 }, /requires indexed completion mode/],
    ["ignoring success", { podFailurePolicy: { rules: [rule] } }, /must not be 0 for the In operator/],
    ["success rules without indexes", { successPolicy: { rules: [] } }, /requires indexed completion mode/],
  ];
  for (const [name, spec, fault] of faulty) test(name, () => assert.match(createFaults(job(spec)).join("; "), fault));
});

describe("an update", () => {
  const other = { ...stored().spec!.template, spec: { ...template.spec, nodeSelector: { disk: "ssd" } } };

  test("may change how many run, not what runs", () => {
    assert.deepEqual(updateFaults(stored({ parallelism: 4, completions: 5 }), stored({ completions: 5 })), []);
    assert.match(updateFaults(stored({ template: other }), stored()).join(), /spec\.template: .*field is immutable/);
  });

  test("may move a suspended job elsewhere", () => {
    const suspended = stored({ suspend: true });
    assert.deepEqual(updateFaults(stored({ suspend: true, template: other }), suspended), []);
  });

  test("may not change completions unless pods have indexes and follow", () => {
    assert.match(updateFaults(stored({ completions: 2 }), stored()).join(), /spec\.completions: .*field is immutable/);
    const indexed = stored({ completionMode: "Indexed", completions: 2, parallelism: 2 });
    const grown = (parallelism: number): Job => stored({ completionMode: "Indexed", completions: 3, parallelism });
    assert.deepEqual(updateFaults(grown(3), indexed), []);
    assert.match(updateFaults(grown(2), indexed).join(), /in tandem with spec\.parallelism/);
  });
});

describe("a status may not", () => {
  const faulty: readonly [string, JobStatus, RegExp][] = [
    ["count below zero", { active: -1 }, /^status\.active/],
    ["have more ready pods than active", { active: 1, ready: 2 }, /cannot set more ready pods than active/],
    ["succeed and fail", { conditions: truth("Complete", "Failed") }, /cannot set Complete=True and Failed=true/],
    ["fail unannounced", { conditions: truth("Failed") }, /without the FailureTarget=true condition/],
  ];
  for (const [name, status, fault] of faulty) {
    test(name, () => assert.match(updateFaults(stored({}, status), stored(), "status").join("; "), fault));
  }
});

test("shows how far it is", () => {
  const status = {
    succeeded: 2,
    startTime: time,
    completionTime: "2026-01-01T00:01:30Z",
    conditions: truth("Complete"),
  };
  const shown = row(stored({ completions: 2 }, status), Date.parse("2026-01-02T00:00:00Z"));
  assert.deepEqual([shown["Status"], shown["Completions"], shown["Duration"]], ["Complete", "2/2", "90s"]);
  assert.equal(row(defaulted(job({ parallelism: 3 })))["Completions"], "0/1 of 3");
});

const cronJob = (spec: Partial<CronJobSpec> = {}, name = "nightly"): CronJob => ({
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata: { name, namespace: "default" },
  spec: { schedule: "0 3 * * *", jobTemplate: { spec: { template } }, ...spec },
});

test("a CronJob that says only when and what is sound", () => assert.deepEqual(createFaults(cronJob()), []));

describe("a CronJob is refused for", () => {
  const faulty: readonly [string, CronJob, RegExp][] = [
    ["no schedule", cronJob({ schedule: "" }), /^spec\.schedule: Required value/],
    ["a schedule that is none", cronJob({ schedule: "often" }), /expected exactly 5 fields, found 1: \[often\]/],
    ["a zone in its schedule", cronJob({ schedule: "TZ=UTC 0 3 * * *" }), /use timeZone field instead/],
    ["a zone that nobody knows", cronJob({ timeZone: "Mars/Olympus" }), /unknown time zone Mars\/Olympus/],
    ["the zone of this machine", cronJob({ timeZone: "Local" }), /must be an explicit time zone/],
    ["a policy that is none", cronJob({ concurrencyPolicy: "Maybe" }), /^spec\.concurrencyPolicy: Unsupported value/],
    ["a name too long for its Jobs", cronJob({}, "n".repeat(53)), /must be no more than 52 characters/],
  ];
  for (const [name, object, fault] of faulty) test(name, () => assert.match(createFaults(object).join("; "), fault));
});
