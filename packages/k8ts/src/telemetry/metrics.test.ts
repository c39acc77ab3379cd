import assert from "node:assert/strict";
import { test } from "node:test";
import { HistogramMetric, NumberMetric } from "./metric-series.ts";
import { createMetrics } from "./metrics.ts";

test("counters and gauges, with and without labels", () => {
  const requests = new NumberMetric(
    { name: "requests_total", help: "All\nof \\ them.", labels: ["verb", "code"] },
    "counter",
  );
  requests.add(1, "GET", "200");
  requests.add(2, "GET", "200");
  requests.add(undefined, 'P"\n\\', "5");
  assert.equal(
    requests.text(),
    `# HELP requests_total All\\nof \\\\ them.
# TYPE requests_total counter
requests_total{verb="GET",code="200"} 3
requests_total{verb="P\\"\\n\\\\",code="5"} 1
`,
  );
  const level = new NumberMetric({ name: "level", help: "Level.", labels: [] }, "gauge");
  assert.match(level.text(), /^level 0$/m);
  level.set(4);
  level.add(-1.5);
  assert.match(level.text(), /^# TYPE level gauge\nlevel 2.5$/m);
});

test("a histogram's buckets hold what is at most their bound", () => {
  const took = new HistogramMetric({ name: "took", help: "Time.", labels: ["verb"] }, [1, 2]);
  for (const value of [0.5, 1, 1.5, 7]) took.observe(value, "GET");
  assert.equal(
    took.text(),
    `# HELP took Time.
# TYPE took histogram
took_bucket{verb="GET",le="1"} 2
took_bucket{verb="GET",le="2"} 3
took_bucket{verb="GET",le="+Inf"} 4
took_sum{verb="GET"} 10
took_count{verb="GET"} 4
`,
  );
});

test("labels whose values run together are still apart", () => {
  const metric = new NumberMetric({ name: "m", help: "M.", labels: ["a", "b"] }, "counter");
  metric.add(1, "x", "");
  metric.add(1, "", "x");
  assert.equal(metric.text().split("\n").length, 5);
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
