/** The order of merged lists: elements that the patch names in the patch's order, others where the server had them. */
import { isJsonObject, type JsonObject } from "./json-values.ts";

/** What tells an element of a list from others: its merge key's value, or itself where there is no key. */
export function identityOf(item: unknown, mergeKey: string): unknown {
  return mergeKey === "" ? item : (item as JsonObject)[mergeKey];
}

function positions(list: readonly unknown[], mergeKey: string): Map<unknown, number> {
  const found = new Map<unknown, number>();
  for (const [index, item] of list.entries()) {
    const identity = mergeKey !== "" && !isJsonObject(item) ? undefined : identityOf(item, mergeKey);
    if (!found.has(identity)) found.set(identity, index);
  }
  return found;
}

const isDeletion = (item: unknown): boolean => isJsonObject(item) && item.$patch === "delete";

/** `list` in the order of `order`; what `order` does not have keeps its place as well as it can, deletions come last. */
export function sortedBy(list: readonly unknown[], order: readonly unknown[], mergeKey: string): unknown[] {
  const position = positions(order, mergeKey);
  const at = (item: unknown): number => position.get(identityOf(item, mergeKey)) ?? Number.POSITIVE_INFINITY;
  const kept = mergeKey === "" ? [...list] : list.filter((item) => !isDeletion(item));
  const deletions = mergeKey === "" ? [] : list.filter(isDeletion);
  const compare = (a: unknown, b: unknown): number => {
    const [left, right] = [at(a), at(b)];
    return left === right ? 0 : left - right;
  };
  return [...kept.sort(compare), ...deletions];
}

/**
 * Weaves the elements that the patch names (in `patchOrder`) with those only the server has (in `serverOrder`): a
 * server's element goes before the patch's next one only where the server had both in that order.
 */
export function weave(
  patchItems: readonly unknown[],
  serverOnly: readonly unknown[],
  patchOrder: readonly unknown[],
  serverOrder: readonly unknown[],
  mergeKey: string,
): unknown[] {
  const right = sortedBy(patchItems, patchOrder, mergeKey);
  const left = sortedBy(serverOnly, serverOrder, mergeKey);
  const position = positions(serverOrder, mergeKey);
  const at = (item: unknown): number => position.get(identityOf(item, mergeKey)) ?? -1;
  const woven: unknown[] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    const [l, r] = [at(left[i]), at(right[j])];
    woven.push(l >= 0 && r >= 0 && l < r ? left[i++] : right[j++]);
  }
  return [...woven, ...left.slice(i), ...right.slice(j)];
}
