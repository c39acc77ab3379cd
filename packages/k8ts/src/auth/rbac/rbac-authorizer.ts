/**
 * Role-based access control. Roles and bindings are kept in maps as they change; a decision looks only at the bindings
 * that name the user or one of its groups.
 */
import type { DeepReadonly } from "@k8ts/api";
import {
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  type ClusterRole,
  type ClusterRoleBinding,
  type Role,
  type RoleBinding,
  type RoleRef,
  type Subject,
} from "@k8ts/api/rbac/v1";
import type { Attributes, Authorizer, Verdict } from "../authorizer.ts";
import type { ObjectSource } from "../object-source.ts";
import { serviceAccountUserName } from "../service-account-name.ts";
import type { UserInfo } from "../user.ts";
import { ruleAllows, type Rule } from "./rules.ts";

type AnyBinding = DeepReadonly<RoleBinding | ClusterRoleBinding>;

const keyOf = ({ metadata }: { readonly metadata: { readonly namespace?: string; readonly name?: string } }): string =>
  `${metadata.namespace ?? ""}/${metadata.name ?? ""}`;

/** "user:alice", "group:devs": what a subject of a binding stands for. Undefined where it names nobody. */
function subjectKey(subject: DeepReadonly<Subject>, namespace: string): string | undefined {
  switch (subject.kind) {
    case "User":
      return `user:${subject.name}`;
    case "Group":
      return `group:${subject.name}`;
    case "ServiceAccount": {
      const home = subject.namespace || namespace;
      return home === "" ? undefined : `user:${serviceAccountUserName(home, subject.name)}`;
    }
    default:
      return undefined;
  }
}

/** Bindings of one namespace ("" for cluster-wide ones), by whom they name. */
class BindingIndex {
  readonly #bySubject = new Map<string, Map<string, AnyBinding>>();
  readonly #subjects = new Map<string, readonly string[]>();

  set(binding: AnyBinding): void {
    this.remove(binding);
    const key = keyOf(binding);
    const namespace = binding.metadata.namespace ?? "";
    const subjects = (binding.subjects ?? []).map((subject) => subjectKey(subject, namespace));
    const known = [...new Set(subjects.filter((subject) => subject !== undefined))];
    this.#subjects.set(key, known);
    for (const subject of known) {
      const bindings = this.#bySubject.get(subject);
      if (bindings) bindings.set(key, binding);
      else this.#bySubject.set(subject, new Map([[key, binding]]));
    }
  }

  remove(binding: AnyBinding): void {
    const key = keyOf(binding);
    for (const subject of this.#subjects.get(key) ?? []) {
      const bindings = this.#bySubject.get(subject);
      bindings?.delete(key);
      if (bindings?.size === 0) this.#bySubject.delete(subject);
    }
    this.#subjects.delete(key);
  }

  get empty(): boolean {
    return this.#subjects.size === 0;
  }

  *of(user: UserInfo): Iterable<AnyBinding> {
    const own = this.#bySubject.get(`user:${user.name}`);
    if (own) yield* own.values();
    for (const group of user.groups) {
      const bindings = this.#bySubject.get(`group:${group}`);
      if (bindings) yield* bindings.values();
    }
  }
}

/** A rule that applies to a user, and through which binding. */
export interface AppliedRule {
  readonly rule: Rule;
  readonly binding: AnyBinding;
}

/** The RBAC authorizer. */
export class RbacAuthorizer implements Authorizer {
  readonly #clusterRoles = new Map<string, DeepReadonly<ClusterRole>>();
  readonly #roles = new Map<string, DeepReadonly<Role>>();
  readonly #clusterBindings = new BindingIndex();
  readonly #bindings = new Map<string, BindingIndex>();

  /** Resolves when everything there is has been read; goes on to follow changes. */
  async start(source: ObjectSource): Promise<void> {
    await Promise.all([
      source.follow(clusterRoles, mapFollower(this.#clusterRoles)),
      source.follow(roles, mapFollower(this.#roles)),
      source.follow(clusterRoleBindings, {
        set: (binding) => this.#clusterBindings.set(binding),
        gone: (binding) => this.#clusterBindings.remove(binding),
      }),
      source.follow(roleBindings, {
        set: (binding) => this.#setBinding(binding),
        gone: (binding) => this.#removeBinding(binding),
      }),
    ]);
  }

  authorize(attributes: Attributes): Verdict {
    for (const { rule, binding } of this.rulesFor(attributes.user, attributes.namespace)) {
      if (ruleAllows(rule, attributes)) return { decision: "allow", reason: reasonOf(binding) };
    }
    return { decision: "no opinion", reason: "" };
  }

  /** The rules that apply to a user in a namespace ("": cluster-wide ones only). */
  *rulesFor(user: UserInfo, namespace: string): Iterable<AppliedRule> {
    yield* this.#rulesOf(this.#clusterBindings, user);
    const local = namespace === "" ? undefined : this.#bindings.get(namespace);
    if (local) yield* this.#rulesOf(local, user);
  }

  /** The rules of the role that a binding in `namespace` names; undefined where there is no such role. */
  rulesOfRole(reference: DeepReadonly<RoleRef>, namespace: string): readonly Rule[] | undefined {
    const role =
      reference.kind === "ClusterRole"
        ? this.#clusterRoles.get(`/${reference.name}`)
        : this.#roles.get(`${namespace}/${reference.name}`);
    return role && (role.rules ?? []);
  }

  *#rulesOf(index: BindingIndex, user: UserInfo): Iterable<AppliedRule> {
    for (const binding of index.of(user)) {
      const rules = this.rulesOfRole(binding.roleRef, binding.metadata.namespace ?? "");
      for (const rule of rules ?? []) yield { rule, binding };
    }
  }

  #setBinding(binding: DeepReadonly<RoleBinding>): void {
    const namespace = binding.metadata.namespace ?? "";
    let index = this.#bindings.get(namespace);
    if (!index) {
      index = new BindingIndex();
      this.#bindings.set(namespace, index);
    }
    index.set(binding);
  }

  #removeBinding(binding: DeepReadonly<RoleBinding>): void {
    const namespace = binding.metadata.namespace ?? "";
    const index = this.#bindings.get(namespace);
    index?.remove(binding);
    if (index?.empty) this.#bindings.delete(namespace);
  }
}

function mapFollower<T extends { metadata: { namespace?: string; name?: string } }>(
  map: Map<string, DeepReadonly<T>>,
): { set(object: DeepReadonly<T>): void; gone(object: DeepReadonly<T>): void } {
  return {
    set: (object) => void map.set(keyOf(object as never), object),
    gone: (object) => void map.delete(keyOf(object as never)),
  };
}

function reasonOf(binding: AnyBinding): string {
  const { name = "", namespace } = binding.metadata;
  const what = namespace
    ? `RoleBinding ${JSON.stringify(`${name}/${namespace}`)}`
    : `ClusterRoleBinding ${JSON.stringify(name)}`;
  return `RBAC: allowed by ${what} of ${binding.roleRef.kind} ${JSON.stringify(binding.roleRef.name)}`;
}
