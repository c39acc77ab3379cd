/**
 * Namespaces take only as much as their ResourceQuotas allow. What a quota has given out is in its status, which each
 * admitted write raises first; two writes at once meet there, and one of them sees what the other took.
 */
import { canonicalQuantity, compareQuantities, scheme, type DeepReadonly, type KubernetesObject } from "@k8ts/api";
import type { Pod, ResourceQuota } from "@k8ts/api/core/v1";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { findAll, type LookupResource } from "../lookup.ts";
import type { AdmissionParts } from "../parts.ts";
import { missingAmounts } from "../quota/constraints.ts";
import { isAbout } from "../quota/scopes.ts";
import { add, only, surplus, usageOf, type Usage } from "../quota/usage.ts";
import { isFor, oldObjectOf, refuse } from "../requests.ts";

type In<T> = DeepReadonly<T>;

/** How long an admitted write may take to be seen in the caches, in milliseconds. */
const patience = 5000;

/** A write that was let through and may not be stored yet. */
interface Promised {
  readonly group: string;
  readonly resource: string;
  readonly name: string;
  readonly usage: Usage;
  readonly until: number;
}

const listed = (usage: Readonly<Usage>, names: readonly string[]): string =>
  names.map((name) => `${name}=${canonicalQuantity(usage[name] ?? "0")}`).join(",");

/** What all objects of the namespace count for in this quota, as the caches have them. */
function countAll(quota: In<ResourceQuota>, namespace: string, lookup: LookupResource): Usage {
  let total: Usage = Object.fromEntries(Object.keys(quota.spec?.hard ?? {}).map((name) => [name, "0"]));
  const kinds = new Map(scheme.resources().map((one) => [`${one.group}/${one.resource}`, one]));
  for (const { group, resource, namespaced } of kinds.values()) {
    const relevant = usageNames(group, resource).some((test) => Object.keys(total).some(test));
    if (!namespaced || !relevant) continue;
    for (const object of lookup(group, resource).list(namespace)) {
      if (isAbout(quota, group, resource, object)) total = add(total, only(usageOf(group, resource, object), total));
    }
  }
  return total;
}

/** Tests for the names of amounts that objects of a resource can count for. */
function usageNames(group: string, resource: string): ((name: string) => boolean)[] {
  const tests = [(name: string): boolean => name === `count/${resource}${group && `.${group}`}`];
  if (group !== "") return tests;
  tests.push((name) => name === resource || name.startsWith(`${resource}.`));
  if (resource === "pods") tests.push((name) => !name.startsWith("count/") && !name.includes("storageclass."));
  if (resource === "persistentvolumeclaims") tests.push((name) => name.includes("storage"));
  return tests;
}

function handles(request: AdmissionRequest): boolean {
  const { operation, resource } = request;
  if (!resource.namespaced || (operation !== "CREATE" && operation !== "UPDATE")) return false;
  if (isFor(request, "", "pods", "resize")) return operation === "UPDATE";
  if (request.subresource !== "") return false;
  return operation === "CREATE" || isFor(request, "", "services") || isFor(request, "", "persistentvolumeclaims");
}

class Quotas {
  readonly #parts: AdmissionParts;
  /** By the quota's uid. */
  readonly #promised = new Map<string, Promised[]>();

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  async check(request: AdmissionRequest): Promise<void> {
    const { namespace, resource, object, oldObject } = request;
    const taken: { quota: In<ResourceQuota>; delta: Usage }[] = [];
    try {
      for (const quota of findAll<ResourceQuota>(this.#parts.lookup, "", "resourcequotas", namespace)) {
        if (!isAbout(quota, resource.group, resource.resource, object!)) continue;
        const hard = quota.spec?.hard ?? {};
        const missing = isFor(request, "", "pods")
          ? missingAmounts(object as In<KubernetesObject> as In<Pod>, hard)
          : undefined;
        if (missing) throw refuse(request, `failed quota: ${quota.metadata.name}: ${missing}`);
        const usage = usageOf(resource.group, resource.resource, object!);
        const before = oldObject ? usageOf(resource.group, resource.resource, oldObjectOf(request)) : {};
        const delta = only(surplus(usage, before), hard);
        if (Object.keys(delta).length === 0) continue;
        await this.#take(request, quota, delta);
        taken.push({ quota, delta });
      }
    } catch (error) {
      // What another quota refuses is not taken from the first.
      for (const { quota, delta } of taken) await this.#giveBack(request, quota, delta);
      throw error;
    }
  }

  async #take(request: AdmissionRequest, quota: In<ResourceQuota>, delta: Usage): Promise<void> {
    if (request.dryRun) {
      this.#raised(request, quota, delta);
      return;
    }
    const { namespace = "", name = "", uid = "" } = quota.metadata;
    await this.#parts.changeStatus(
      request.context,
      { group: "", resource: "resourcequotas", namespace, name },
      (current) => {
        const { spec, status } = current as KubernetesObject & ResourceQuota;
        const used = this.#raised(request, { ...quota, ...(spec && { spec }), ...(status && { status }) }, delta);
        return Object.assign(current, { status: { hard: { ...spec?.hard }, used } });
      },
    );
    const { group, resource } = request.resource;
    const until = request.context.clock.now() + patience;
    const promised = this.#stillPromised(uid, namespace, request.context.clock.now());
    this.#promised.set(uid, [
      ...promised,
      { group, resource, name: request.object?.metadata.name ?? "", usage: delta, until },
    ]);
  }

  /** The quota's usage with this write; throws where it is too much. */
  #raised(request: AdmissionRequest, quota: In<ResourceQuota>, delta: Usage): Usage {
    const { spec, status, metadata } = quota;
    const hard = spec?.hard ?? {};
    const exceeded = (used: Usage): string[] =>
      Object.keys(delta).filter((name) => compareQuantities(used[name] ?? "0", hard[name] ?? "0") > 0);
    const known = Object.keys(hard).every((name) => status?.used?.[name] !== undefined);
    let used: Usage = known ? only(status!.used!, hard) : this.#counted(request, quota);
    // Much may be gone since the status was written: before a refusal, look.
    if (known && exceeded(add(used, delta)).length > 0) used = this.#counted(request, quota);
    const raised = add(used, delta);
    const over = exceeded(raised).sort();
    if (over.length === 0) return raised;
    const detail = `exceeded quota: ${metadata.name}, requested: ${listed(delta, over)}, used: ${listed(used, over)}, limited: ${listed(hard, over)}`;
    throw refuse(request, detail);
  }

  #counted(request: AdmissionRequest, quota: In<ResourceQuota>): Usage {
    const { uid = "" } = quota.metadata;
    const promised = this.#stillPromised(uid, request.namespace, request.context.clock.now());
    const counted = countAll(quota, request.namespace, this.#parts.lookup);
    return promised.reduce((total, { usage }) => add(total, usage), counted);
  }

  #stillPromised(uid: string, namespace: string, now: number): Promised[] {
    return (this.#promised.get(uid) ?? []).filter(
      ({ group, resource, name, until }) =>
        until > now && this.#parts.lookup(group, resource).get(namespace, name) === undefined,
    );
  }

  async #giveBack(request: AdmissionRequest, { metadata }: In<ResourceQuota>, delta: Usage): Promise<void> {
    if (request.dryRun) return;
    const { namespace = "", name = "", uid = "" } = metadata;
    const target = { group: "", resource: "resourcequotas", namespace, name };
    this.#promised.set(
      uid,
      (this.#promised.get(uid) ?? []).filter(({ usage }) => usage !== delta),
    );
    await this.#parts.changeStatus(request.context, target, (current) => {
      const quota = current as KubernetesObject & ResourceQuota;
      const used = { ...quota.status?.used };
      for (const [amount, more] of Object.entries(delta))
        used[amount] = surplus(used, { [amount]: more })[amount] ?? "0";
      return Object.assign(current, { status: { ...quota.status, used } });
    });
  }
}

/** ResourceQuota. */
export function resourceQuota(parts: AdmissionParts): AdmissionPlugin {
  const quotas = new Quotas(parts);
  return { name: "ResourceQuota", handles, validate: (request) => quotas.check(request) };
}
