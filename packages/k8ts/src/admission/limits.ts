/** The bounds of a LimitRange, held against what somebody asks for. */
import { canonicalQuantity, compareQuantities, quantityFloat, type DeepReadonly } from "@k8ts/api";
import type { LimitRangeItem } from "@k8ts/api/core/v1";

/** Quantities by resource name. */
export type Amounts = Readonly<Record<string, string>>;

const exceeds = (amount: string | undefined, bound: string): boolean =>
  amount !== undefined && compareQuantities(amount, bound) > 0;
const fallsShort = (amount: string | undefined, bound: string): boolean =>
  amount !== undefined && compareQuantities(amount, bound) < 0;

function checkMin(usage: string, bound: string, request: string | undefined, limit: string | undefined): string {
  const must = `minimum ${usage} is ${canonicalQuantity(bound)}`;
  if (request === undefined) return `${must}.  No request is specified`;
  if (fallsShort(request, bound)) return `${must}, but request is ${canonicalQuantity(request)}`;
  return fallsShort(limit, bound) ? `${must}, but limit is ${canonicalQuantity(limit!)}` : "";
}

function checkMax(usage: string, bound: string, request: string | undefined, limit: string | undefined): string {
  const must = `maximum ${usage} is ${canonicalQuantity(bound)}`;
  if (limit === undefined) return `${must}.  No limit is specified`;
  if (exceeds(limit, bound)) return `${must}, but limit is ${canonicalQuantity(limit)}`;
  return exceeds(request, bound) ? `${must}, but request is ${canonicalQuantity(request!)}` : "";
}

function checkRatio(what: string, bound: string, request: string | undefined, limit: string | undefined): string {
  const must = `${what} is ${canonicalQuantity(bound)}`;
  const [asked, most] = [quantityFloat(request ?? "0"), quantityFloat(limit ?? "0")];
  if (asked === 0) return `${must}, but no request is specified or request is 0`;
  if (most === 0) return `${must}, but no limit is specified or limit is 0`;
  return most / asked > quantityFloat(bound) ? `${must}, but provided ratio is ${(most / asked).toFixed(6)}` : "";
}

/** What one item of a LimitRange says against these requests and limits. */
export function* checkBounds(
  item: DeepReadonly<LimitRangeItem>,
  requests: Amounts,
  limits: Amounts,
): Generator<string> {
  const per = `per ${item.type}`;
  for (const [name, bound] of Object.entries(item.min ?? {})) {
    const fault = checkMin(`${name} usage ${per}`, bound, requests[name], limits[name]);
    if (fault) yield fault;
  }
  for (const [name, bound] of Object.entries(item.max ?? {})) {
    const fault = checkMax(`${name} usage ${per}`, bound, requests[name], limits[name]);
    if (fault) yield fault;
  }
  for (const [name, bound] of Object.entries(item.maxLimitRequestRatio ?? {})) {
    const fault = checkRatio(`${name} max limit to request ratio ${per}`, bound, requests[name], limits[name]);
    if (fault) yield fault;
  }
}

/** The same for claims, which have no limits: the request is held against both bounds. */
export function* checkClaimBounds(
  requests: Amounts,
  items: readonly DeepReadonly<LimitRangeItem>[],
): Generator<string> {
  for (const item of items) {
    if (item.type !== "PersistentVolumeClaim") continue;
    for (const [name, bound] of Object.entries(item.min ?? {})) {
      const fault = checkMin(`${name} usage per ${item.type}`, bound, requests[name], undefined);
      if (fault) yield fault;
    }
    for (const [name, bound] of Object.entries(item.max ?? {})) {
      const must = `maximum ${name} usage per ${item.type} is ${canonicalQuantity(bound)}`;
      const request = requests[name];
      if (request === undefined) yield `${must}.  No request is specified`;
      else if (exceeds(request, bound)) yield `${must}, but request is ${canonicalQuantity(request)}`;
    }
  }
}
