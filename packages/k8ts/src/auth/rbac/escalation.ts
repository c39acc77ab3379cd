/** Nobody grants what they do not hold: the check behind writes of roles and bindings (upstream's policy-based storage). */
import { deepEqual, forbidden, notFound, type DeepReadonly, type KubernetesObject } from "@k8ts/api";
import type { ClusterRole, RoleBinding } from "@k8ts/api/rbac/v1";
import type { Attributes, Authorizer } from "../authorizer.ts";
import { resourceAttributes } from "../authorizer.ts";
import { systemGroups, type UserInfo } from "../user.ts";
import type { RbacAuthorizer } from "./rbac-authorizer.ts";
import { compactText, uncovered, type Rule } from "./rules.ts";

const group = "rbac.authorization.k8s.io";

const fullAuthority: readonly Rule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];

/** A write of a role or binding, as admission sees it. */
export interface RbacWrite {
  readonly user: UserInfo;
  /** roles, clusterroles, rolebindings or clusterrolebindings. */
  readonly resource: string;
  readonly namespace: string;
  readonly object: DeepReadonly<KubernetesObject>;
  readonly old: DeepReadonly<KubernetesObject> | undefined;
}

/** True for the resources that this check is about. */
export const isRbacResource = (resourceGroup: string, resource: string): boolean =>
  resourceGroup === group && ["roles", "clusterroles", "rolebindings", "clusterrolebindings"].includes(resource);

/** Checks writes of RBAC objects. */
export class EscalationCheck {
  readonly #rbac: RbacAuthorizer;
  readonly #authorizer: Authorizer;

  /** `authorizer`: the whole union, asked for the verbs escalate and bind. */
  constructor(rbac: RbacAuthorizer, authorizer: Authorizer) {
    this.#rbac = rbac;
    this.#authorizer = authorizer;
  }

  /** Throws Forbidden where the write would grant more than its writer holds. */
  async check(write: RbacWrite): Promise<void> {
    if (write.user.groups.includes(systemGroups.masters)) return;
    if (write.old && onlyCollectorFields(write.object, write.old)) return;
    if (write.resource.endsWith("bindings")) await this.#checkBinding(write);
    else await this.#checkRole(write);
  }

  async #checkRole(write: RbacWrite): Promise<void> {
    const { user, resource, namespace } = write;
    const name = write.object.metadata.name ?? "";
    if (await this.#allowed(resourceAttributes(user, "escalate", { group, version: "*", resource, namespace, name })))
      return;
    const role = write.object as DeepReadonly<ClusterRole>;
    const old = write.old as DeepReadonly<ClusterRole> | undefined;
    this.#requireHeld(write, role.rules ?? []);
    const aggregates = [role, old].some((one) => (one?.aggregationRule?.clusterRoleSelectors?.length ?? 0) > 0);
    if (aggregates && this.#missing(write, fullAuthority).length > 0) {
      throw forbidden({ group, resource }, name, "must have cluster-admin privileges to use the aggregationRule");
    }
  }

  async #checkBinding(write: RbacWrite): Promise<void> {
    const { user, namespace } = write;
    const { roleRef } = write.object as unknown as DeepReadonly<RoleBinding>;
    const resource = roleRef.kind === "ClusterRole" ? "clusterroles" : "roles";
    const asked = { group: roleRef.apiGroup, version: "*", resource, namespace, name: roleRef.name };
    if (await this.#allowed(resourceAttributes(user, "bind", asked))) return;
    const rules = this.#rbac.rulesOfRole(roleRef, namespace);
    if (!rules) throw notFound({ group, resource }, roleRef.name);
    this.#requireHeld(write, rules);
  }

  #requireHeld(write: RbacWrite, rules: readonly Rule[]): void {
    const missing = this.#missing(write, rules);
    if (missing.length === 0) return;
    const { user, resource } = write;
    const groups = `[${user.groups.map((name) => JSON.stringify(name)).join(" ")}]`;
    const head = `user ${JSON.stringify(user.name)} (groups=${groups}) is attempting to grant RBAC permissions not currently held:`;
    throw forbidden(
      { group, resource },
      write.object.metadata.name ?? "",
      `${head}\n${compactText(missing).join("\n")}`,
    );
  }

  #missing({ user, namespace }: RbacWrite, rules: readonly Rule[]): Rule[] {
    const owned = [...this.#rbac.rulesFor(user, namespace)].map(({ rule }) => rule);
    return uncovered(owned, rules);
  }

  async #allowed(attributes: Attributes): Promise<boolean> {
    return (await this.#authorizer.authorize(attributes)).decision === "allow";
  }
}

/** True where a write changes only what the garbage collector needs to change. */
function onlyCollectorFields(object: DeepReadonly<KubernetesObject>, old: DeepReadonly<KubernetesObject>): boolean {
  const bare = (one: DeepReadonly<KubernetesObject>): object => ({
    ...one,
    metadata: {
      ...one.metadata,
      ownerReferences: undefined,
      finalizers: undefined,
      managedFields: undefined,
      resourceVersion: undefined,
    },
  });
  return deepEqual(bare(object), bare(old));
}
