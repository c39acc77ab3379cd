/** What tests of strategies share: a strategy run over an object as the store runs it, without a store. */
import { applyDefaults, fieldErrorText, scheme, seededRandom, VirtualClock, type KubernetesObject } from "@k8ts/api";
import type { RequestContext } from "./context.ts";
import { createStrategies } from "./strategies.ts";
import type { Strategy } from "./strategy.ts";

/** The strategies of a cluster without Services. */
export const allStrategies = createStrategies({
  cidrs: ["10.96.0.0/16"],
  nodePorts: { from: 30000, to: 30010 },
  random: seededRandom(1),
  services: () => [],
});

/** A request by an administrator. */
export function testContext(user = "admin", groups: readonly string[] = []): RequestContext {
  return {
    user: { name: user, groups },
    requestId: "1",
    clock: new VirtualClock(),
    random: seededRandom(1),
    signal: new AbortController().signal,
    warnings: [],
  };
}

/** The strategy of an object, by its apiVersion and kind. */
export function strategyOf({ apiVersion, kind }: KubernetesObject): Strategy {
  const schema = scheme.resources().find((one) => one.groupVersion === apiVersion && one.kind === kind)!;
  return allStrategies.find((one) => one.group === schema.group && one.resource === schema.resource)!;
}

/** A copy with all defaults. */
export function defaulted<T extends KubernetesObject>(object: T): T {
  const copy: T = structuredClone(object);
  const schema = scheme.resources().find((one) => one.groupVersion === copy.apiVersion && one.kind === copy.kind)!;
  applyDefaults(scheme.struct(schema.type), copy);
  strategyOf(copy).default?.(copy);
  return copy;
}

/** What creation of the object says, one text for each fault; nothing where it is sound. */
export function createFaults(object: KubernetesObject): string[] {
  const copy = defaulted(object);
  const strategy = strategyOf(copy);
  strategy.prepareForCreate?.(copy, testContext());
  return (strategy.validate?.(copy, testContext()) ?? []).map(fieldErrorText);
}

/** What an update says, of the object or of a subresource. */
export function updateFaults(object: KubernetesObject, old: KubernetesObject, subresource = ""): string[] {
  const [copy, before] = [defaulted(object), defaulted(old)];
  const strategy = strategyOf(copy);
  const part =
    subresource === "" ? strategy : subresource === "status" ? strategy.status : strategy.subresources?.[subresource];
  part?.prepareForUpdate?.(copy, before, testContext());
  return (part?.validateUpdate?.(copy, before, testContext()) ?? []).map(fieldErrorText);
}

/** The row of `kubectl get`, by column. */
export function row(object: KubernetesObject, now = 0): Record<string, unknown> {
  const { columns = [] } = strategyOf(object);
  return Object.fromEntries(columns.map((column) => [column.name, column.cell(object, now)]));
}
