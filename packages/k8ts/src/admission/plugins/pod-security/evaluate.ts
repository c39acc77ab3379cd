/** Which checks a level consists of in a version, and what they say of a pod. */
import { baseline } from "./baseline.ts";
import { restricted } from "./restricted.ts";
import type { LevelAndVersion } from "./policy.ts";
import { PodUnderCheck, type CheckedPod, type Check, type Violation } from "./pod-under-check.ts";

export type { Violation } from "./pod-under-check.ts";

/** The check's newest rule that is not newer than `version`. */
const ruleOf = ({ rules }: Check, version: number): Check["rules"][number] | undefined =>
  rules.findLast(({ since }) => since <= version);

/** Everything that the level forbids of this pod; the checks in the order of their names, baseline first. */
export function violationsOf({ level, version }: LevelAndVersion, pod: CheckedPod): Violation[] {
  if (level === "privileged" || !pod.spec) return [];
  const strict = level === "restricted" ? restricted : [];
  const covered = new Set(strict.filter((check) => ruleOf(check, version)).map(({ covers }) => covers));
  const checks = [...baseline.filter(({ id }) => !covered.has(id)), ...strict];
  const checked = new PodUnderCheck(pod);
  return checks.flatMap((check) => ruleOf(check, version)?.find(checked) ?? []);
}
