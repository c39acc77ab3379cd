/** Label selectors, parsed once per selector object: informers hand out the same object until it changes. */
import { labelSelectorMatcher, matchLabelsMatcher, type DeepReadonly, type LabelMatcher } from "@k8ts/api";
import type { LabelSelector } from "@k8ts/api/meta/v1";

const parsed = new WeakMap<object, LabelMatcher>();

function once(key: object, parse: () => LabelMatcher): LabelMatcher {
  let matcher = parsed.get(key);
  if (!matcher) parsed.set(key, (matcher = parse()));
  return matcher;
}

/** The matcher of a LabelSelector; throws for a malformed one. */
export function matcherOf(selector: DeepReadonly<LabelSelector>): LabelMatcher {
  return once(selector, () => labelSelectorMatcher(selector as LabelSelector));
}

/** The matcher of a plain map of labels (a Service's selector). */
export function mapMatcherOf(labels: Readonly<Record<string, string>>): LabelMatcher {
  return once(labels, () => matchLabelsMatcher(labels as Record<string, string>));
}
