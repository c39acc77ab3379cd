import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment, ReplicaSet } from "@k8ts/api/apps/v1";
import { deployment, replicaSet } from "../testing/objects.ts";
import { desiredReplicasAnnotation, maxReplicasAnnotation } from "./revisions.ts";
import { maxSurge, maxUnavailable } from "./rollout-limits.ts";
import { currentSetReplicas, isScalingEvent, planCurrent, planOld, planScaling } from "./scale-plan.ts";

type Limit = number | string;

const rolling = (replicas: number, surge: Limit, unavailable: Limit): Deployment =>
  deployment("web", replicas, {
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } },
  });

let born = 0;
function set(
  name: string,
  replicas: number,
  available = replicas,
  annotations: Record<string, string> = {},
): ReplicaSet {
  const made = replicaSet(name, replicas);
  const creationTimestamp = `2026-01-01T00:00:${String(born++ % 60).padStart(2, "0")}Z`;
  made.metadata = { ...made.metadata, uid: name, creationTimestamp, annotations };
  made.status = { replicas, availableReplicas: available };
  return made;
}

const limits: readonly [replicas: number, surge: Limit, unavailable: Limit, surges: number, lacks: number][] = [
  [4, "25%", "25%", 1, 1],
  [1, "25%", "25%", 1, 0],
  [10, 3, 2, 3, 2],
  [2, 0, "1%", 0, 1],
  [2, "1%", 0, 1, 0],
  [1, 0, 5, 0, 1],
  [0, "25%", "25%", 0, 0],
  [10, "0%", "0%", 0, 1],
];

test("limits of a rollout", () => {
  for (const [replicas, surge, unavailable, surges, lacks] of limits) {
    const roll = rolling(replicas, surge, unavailable);
    assert.deepEqual([maxSurge(roll), maxUnavailable(roll)], [surges, lacks], `${replicas} ${surge} ${unavailable}`);
  }
  const recreate = deployment("web", 4, { strategy: { type: "Recreate" } });
  assert.deepEqual([maxSurge(recreate), maxUnavailable(recreate)], [0, 0]);
});

test("a new set gets what the surge leaves", () => {
  const cases: readonly [desired: number, surge: Limit, others: number, expected: number][] = [
    [10, 0, 10, 0],
    [10, 2, 10, 2],
    [10, 2, 5, 7],
    [10, 2, 0, 10],
    [10, 0, 11, 0],
    [10, 20, 10, 10],
  ];
  for (const [desired, surge, others, expected] of cases) {
    assert.equal(currentSetReplicas(rolling(desired, surge, 0), [set("old", others)], 0), expected);
  }
  assert.throws(() => currentSetReplicas(deployment("web", 1, { strategy: { type: "Odd" } }), [], 0), {
    message: "deployment type Odd isn't supported",
  });
});

test("the current set shrinks when it is too large", () => {
  assert.equal(planCurrent(rolling(3, 0, 1), set("new", 5), [])?.replicas, 3);
  assert.equal(planCurrent(rolling(3, 0, 1), set("new", 3), []), undefined);
});

interface Case {
  readonly why: string;
  readonly replicas: number;
  readonly limits: readonly [surge: Limit, unavailable: Limit];
  readonly current: readonly [size: number, available: number];
  readonly old: readonly (readonly [size: number, available: number])[];
  readonly expected: Record<string, number>;
}

const shrinking: readonly Case[] = [
  {
    why: "down to what must be available",
    replicas: 10,
    limits: [0, 4],
    current: [0, 0],
    old: [[10, 10]],
    expected: { old0: 6 },
  },
  {
    why: "unhealthy ones first",
    replicas: 10,
    limits: [0, 2],
    current: [0, 0],
    old: [
      [5, 3],
      [5, 5],
    ],
    expected: { old0: 3 },
  },
  {
    why: "nothing while the current lacks as much",
    replicas: 10,
    limits: [3, 2],
    current: [5, 0],
    old: [[8, 8]],
    expected: {},
  },
  {
    why: "crash-looping others after an undo",
    replicas: 10,
    limits: [3, 2],
    current: [8, 7],
    old: [[5, 0]],
    expected: { old0: 1 },
  },
  {
    why: "all when the current is available",
    replicas: 3,
    limits: [1, 0],
    current: [3, 3],
    old: [[1, 1]],
    expected: { old0: 0 },
  },
  {
    why: "oldest first",
    replicas: 10,
    limits: [0, 5],
    current: [0, 0],
    old: [
      [3, 3],
      [7, 7],
    ],
    expected: { old0: 0, old1: 5 },
  },
  { why: "nothing where nothing is left", replicas: 3, limits: [1, 0], current: [3, 3], old: [[0, 0]], expected: {} },
];

for (const {
  why,
  replicas,
  limits: [surge, unavailable],
  current,
  old,
  expected,
} of shrinking) {
  test(`old sets shrink: ${why}`, () => {
    const olds = old.map(([size, available], index) => set(`old${index}`, size, available));
    const steps = planOld(rolling(replicas, surge, unavailable), set("new", ...current), olds);
    assert.deepEqual(Object.fromEntries(steps.map((step) => [step.set.metadata.name, step.replicas])), expected);
  });
}

const noted = (desired: number, max: number): Record<string, string> => ({
  [desiredReplicasAnnotation]: String(desired),
  [maxReplicasAnnotation]: String(max),
});

test("a size that is not the noted one is a scaling event", () => {
  const scaled = rolling(6, 0, 1);
  assert.equal(isScalingEvent(scaled, [set("a", 3, 3, noted(5, 5))]), true);
  assert.equal(isScalingEvent(scaled, [set("a", 3, 3, noted(6, 6))]), false);
  assert.equal(isScalingEvent(scaled, [set("a", 0, 0, noted(5, 5))]), false);
  assert.equal(isScalingEvent(scaled, [set("a", 3, 3, { [desiredReplicasAnnotation]: "x" })]), false);
});

interface Proportional {
  readonly why: string;
  readonly from: number;
  readonly to: number;
  readonly surge: number;
  readonly sizes: readonly number[];
  readonly expected: readonly number[];
}

/** Sizes are of the current set, then of old ones from the newest to the oldest. */
const proportional: readonly Proportional[] = [
  { why: "up, in halves", from: 10, to: 12, surge: 0, sizes: [5, 5], expected: [6, 6] },
  { why: "down, in halves", from: 10, to: 8, surge: 0, sizes: [5, 5], expected: [4, 4] },
  { why: "up, the leftover to the newer of equals", from: 4, to: 5, surge: 0, sizes: [2, 2], expected: [3, 2] },
  { why: "down, the leftover from the older of equals", from: 5, to: 4, surge: 0, sizes: [2, 3], expected: [2, 2] },
  { why: "to nothing", from: 10, to: 0, surge: 0, sizes: [5, 5], expected: [0, 0] },
  { why: "with a surge", from: 10, to: 20, surge: 3, sizes: [5, 8], expected: [9, 14] },
  { why: "unchanged where it already fits", from: 10, to: 10, surge: 0, sizes: [4, 6], expected: [4, 6] },
];

for (const { why, from, to, surge, sizes, expected } of proportional) {
  test(`scaling during a rollout: ${why}`, () => {
    const sets = sizes.map((size, index) => set(`s${index}`, size, size, noted(from, from + surge)));
    sets.forEach((made, index) => (made.metadata.creationTimestamp = `2026-01-01T00:00:0${9 - index}Z`));
    const steps = planScaling(rolling(to, surge, 1), sets[0], sets.slice(1));
    const planned = new Map(steps.map((step) => [step.set.metadata.name, step.replicas]));
    assert.deepEqual(
      sizes.map((size, index) => planned.get(`s${index}`) ?? size),
      expected,
    );
  });
}

test("a single active set takes the whole size; with none, the newest", () => {
  const only = set("only", 3);
  assert.deepEqual(planScaling(rolling(5, 0, 1), undefined, [set("gone", 0), only]), [{ set: only, replicas: 5 }]);
  const current = set("new", 0);
  assert.deepEqual(planScaling(rolling(5, 0, 1), current, [set("gone", 0)]), [{ set: current, replicas: 5 }]);
  assert.deepEqual(planScaling(rolling(5, 0, 1), undefined, []), []);
});

test("a saturated current set ends the old ones", () => {
  const current = set("new", 5, 5, noted(5, 6));
  const old = set("old", 2);
  assert.deepEqual(planScaling(rolling(5, 1, 1), current, [old]), [{ set: old, replicas: 0 }]);
});
