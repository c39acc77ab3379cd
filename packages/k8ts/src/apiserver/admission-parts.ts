/** What the server hands its admission plugins, and the check that stands before all of them. */
import { cloneJson, type Clock, type DeepReadonly, type KubernetesObject, type Random, type Scheme } from "@k8ts/api";
import type {
  Admission,
  AdmissionParts,
  AdmissionRequest,
  ChangeStatus,
  Lookup,
  LookupResource,
} from "../admission/index.ts";
import { isRbacResource, type Authorizer, type EscalationCheck } from "../auth/index.ts";
import type { Registry, ResourceStore } from "../registry/index.ts";
import { ownContext } from "./registry-source.ts";

/** What a chain is made of: all that its plugins ask for, and the authorizer itself. */
export interface ServerAdmissionParts extends AdmissionParts {
  readonly authorizer: Authorizer;
}

/** What the chain is made from. */
export interface GuardedAdmissionOptions {
  readonly make: (parts: ServerAdmissionParts) => Admission;
  readonly escalation: EscalationCheck;
  readonly authorizer: Authorizer;
  /** The registry calls admission, and admission looks into the registry: it is there once anything is asked. */
  readonly registry: () => Registry;
  readonly scheme: Scheme;
  readonly clock: Clock;
  readonly random: Random;
}

/** The version that discovery prefers, of a resource that is stored; undefined where none is. */
function storeOf(
  { scheme, registry }: GuardedAdmissionOptions,
  group: string,
  resource: string,
): ResourceStore | undefined {
  const version = scheme.resources().find((one) => one.group === group && one.resource === resource)?.version ?? "";
  return registry().store(group, version, resource);
}

/** Looks into the watch caches; the stores are found once. */
function lookupOf(options: GuardedAdmissionOptions): LookupResource {
  const known = new Map<string, Lookup>();
  return (group, resource) => {
    const key = `${group}/${resource}`;
    let lookup = known.get(key);
    if (!lookup) {
      const store = storeOf(options, group, resource);
      lookup = {
        get: (namespace, name) => store?.peek(namespace, name)?.object(),
        list: function* (namespace) {
          for (const entry of store?.peekAll(namespace) ?? []) yield entry.object();
        },
      };
      known.set(key, lookup);
    }
    return lookup;
  };
}

/** Writes status as the server itself: who caused the write may not be allowed to. */
function changeStatus(options: GuardedAdmissionOptions): ChangeStatus {
  return async (_context, { group, resource, namespace, name }, change) => {
    const store = storeOf(options, group, resource);
    if (!store) return;
    const context = ownContext(options, new AbortController().signal);
    const next = (current: DeepReadonly<KubernetesObject> | undefined): KubernetesObject => {
      const copy = cloneJson<KubernetesObject>(current!);
      return change(copy) ?? copy;
    };
    await store.update(context, namespace, name, next, { dryRun: false, subresource: "status" });
  };
}

/** The chain that `make` makes, behind the check that nobody grants what they do not hold. */
export function guardedAdmission(options: GuardedAdmissionOptions): Admission {
  const { make, escalation, authorizer } = options;
  const chain = make({
    authorizer,
    lookup: lookupOf(options),
    authorize: (attributes) => authorizer.authorize(attributes),
    changeStatus: changeStatus(options),
  });
  const check = async (request: AdmissionRequest): Promise<void> => {
    const { operation, resource, object, oldObject: old, context, namespace } = request;
    if (!object || operation === "CONNECT" || !isRbacResource(resource.group, resource.resource)) return;
    await escalation.check({ user: context.user, resource: resource.resource, namespace, object, old });
  };
  return {
    async admit(request) {
      await check(request);
      await chain.admit(request);
    },
    validate: (request) => chain.validate(request),
  };
}
