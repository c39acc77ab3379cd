import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetrics } from "./metrics.ts";

test("counters and gauges, with and without labels", async () => {
  const metrics = createMetrics();
  const requests = metrics.counter("requests_total", "All of them.", ["verb", "code"]);
  requests.add(1, "GET", "200");
  requests.add(2, "GET", "200");
  requests.add(undefined, 'P"\n\\', "5");
  const level = metrics.gauge("level", "Level.");
  level.set(4);
  level.add(-1.5);
  const text = await metrics.text();
  assert.match(text, /^# TYPE requests_total counter$/m);
  assert.match(text, /^requests_total\{verb="GET",code="200"\} 3$/m);
  assert.match(text, /^requests_total\{verb="P\\"\\n\\\\",code="5"\} 1$/m);
  assert.match(text, /^# TYPE level gauge\nlevel 2.5$/m);
});

test("a histogram's buckets hold what is at most their bound", async () => {
  const metrics = createMetrics();
  const took = metrics.histogram("took", "Time.", ["verb"], [1, 2]);
  for (const value of [0.5, 1, 1.5, 7]) took.observe(value, "GET");
  const lines = (await metrics.text()).split("\n").filter((line) => line.startsWith("took"));
  assert.deepEqual(lines.sort(), [
    'took_bucket{le="+Inf",verb="GET"} 4',
    'took_bucket{le="1",verb="GET"} 2',
    'took_bucket{le="2",verb="GET"} 3',
    'took_count{verb="GET"} 4',
    'took_sum{verb="GET"} 10',
  ]);
});

test("labels whose values run together are still apart", async () => {
  const metrics = createMetrics();
  const metric = metrics.counter("m", "M.", ["a", "b"]);
  metric.add(1, "x", "");
  metric.add(1, "", "x");
  assert.equal((await metrics.text()).split("\n").filter((line) => line.startsWith("m{")).length, 2);
});

test("the registry hands out one metric for one name, and tells of the process too", async () => {
  const metrics = createMetrics();
  metrics.counter("events_total", "Events.").add();
  metrics.counter("events_total", "Events.").add();
  const text = await metrics.text();
  assert.match(text, /^events_total 2$/m);
  assert.match(text, /^process_resident_memory_bytes \d+$/m);
  const cpu = Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]);
  assert.ok(cpu > 0.01, `CPU time of the whole process: ${cpu}`);
});
