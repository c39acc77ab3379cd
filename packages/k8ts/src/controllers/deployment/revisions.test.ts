import assert from "node:assert/strict";
import { test } from "node:test";
import { deployment, replicaSet } from "../testing/objects.ts";
import { replicaSetName } from "./new-replica-set.ts";
import { generationsOf, isSameTemplate } from "./replica-set-lists.ts";
import {
  byRevision,
  currentSetAnnotations,
  lastRevision,
  maxRevision,
  newSetAnnotations,
  revisionAnnotation,
  revisionHistoryAnnotation,
} from "./revisions.ts";

const withAnnotations = (annotations: Record<string, string>) => {
  const set = replicaSet("web", 1);
  set.metadata.annotations = annotations;
  return set;
};

const cases: readonly [why: string, before: Record<string, string>, revision: bigint, after: Record<string, string>][] =
  [
    ["a first revision", {}, 1n, { revision: "1" }],
    ["a rollback remembers the old revision", { revision: "1" }, 3n, { revision: "3", history: "1" }],
    ["again", { revision: "3", history: "1" }, 5n, { revision: "5", history: "1,3" }],
    ["never back", { revision: "7" }, 3n, { revision: "7" }],
    ["what is no number stays", { revision: "x" }, 3n, { revision: "x" }],
  ];

for (const [why, before, revision, after] of cases) {
  test(`revision annotations: ${why}`, () => {
    const named = ({ revision: own, history }: Record<string, string>): Record<string, string> => ({
      ...(own && { [revisionAnnotation]: own }),
      ...(history && { [revisionHistoryAnnotation]: history }),
    });
    const next = currentSetAnnotations(deployment("web", 1), withAnnotations(named(before)), revision);
    assert.deepEqual(next, named(after));
  });
}

test("history drops its oldest beyond 2000 characters", () => {
  const history = Array.from({ length: 400 }, (_, index) => String(1000 + index)).join(",");
  const set = withAnnotations({ [revisionAnnotation]: "1400", [revisionHistoryAnnotation]: history });
  const next = currentSetAnnotations(deployment("web", 1), set, 1402n)[revisionHistoryAnnotation]!;
  assert.ok(next.length <= 2000 && next.startsWith("1001,") && next.endsWith(",1399,1400"));
});

test("a set shows its Deployment's annotations but for bookkeeping", () => {
  const owner = deployment("web", 4);
  owner.metadata.annotations = {
    [revisionAnnotation]: "9",
    "kubernetes.io/change-cause": "edit",
    "kubectl.kubernetes.io/last-applied-configuration": "{}",
  };
  assert.deepEqual(newSetAnnotations(owner, 2n), {
    "kubernetes.io/change-cause": "edit",
    "deployment.kubernetes.io/revision": "2",
    "deployment.kubernetes.io/desired-replicas": "4",
    "deployment.kubernetes.io/max-replicas": "5",
  });
});

test("an undo goes to the second highest revision", () => {
  const sets = ["3", "x", "7", "5"].map((revision) => withAnnotations({ [revisionAnnotation]: revision }));
  assert.equal(lastRevision(sets), 5n);
  assert.equal(lastRevision(sets.slice(0, 1)), 0n);
});

test("revisions count on beyond what a double holds", () => {
  const [one, other] = ["3546343826724305832", "3546343826724305831"].map((revision) =>
    withAnnotations({ [revisionAnnotation]: revision }),
  );
  assert.equal(maxRevision([other!, one!]) + 1n, 3546343826724305833n);
  assert.ok(byRevision(one!, other!) > 0);
  assert.equal(maxRevision([withAnnotations({ [revisionAnnotation]: "9999999999999999999" })]), 0n);
});

test("templates compare without the hash label; absent and empty are the same", () => {
  const owner = deployment("web", 1);
  const set = replicaSet("web-1", 1);
  set.spec!.template!.metadata = { labels: { app: "web", "pod-template-hash": "1" }, annotations: {} };
  assert.equal(isSameTemplate(owner.spec!.template, set.spec!.template), true);
  set.spec!.template!.spec!.containers[0]!.image = "nginx:2";
  assert.equal(isSameTemplate(owner.spec!.template, set.spec!.template), false);
});

test("of several sets with the template the oldest is current", () => {
  const [young, old, other] = [replicaSet("young", 1), replicaSet("old", 1), replicaSet("other", 1)];
  young.metadata.creationTimestamp = "2026-01-02T00:00:00Z";
  old.metadata.creationTimestamp = "2026-01-01T00:00:00Z";
  other.spec!.template!.spec!.containers[0]!.image = "nginx:0";
  const { current, old: others } = generationsOf(deployment("web", 1), [young, other, old]);
  assert.equal(current, old);
  assert.deepEqual(
    others.map(({ metadata }) => metadata.name),
    ["other", "young"],
  );
});

test("long names are cut for the hash", () => {
  assert.equal(replicaSetName("web", "abc12"), "web-abc12");
  assert.equal(replicaSetName("w".repeat(253), "abc12").length, 253);
});
