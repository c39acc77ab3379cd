/** The roles and bindings that every cluster starts with (facts of upstream's bootstrappolicy). */
import type { PolicyRule } from "@k8ts/api/rbac/v1";
import { clusterRoleTable } from "./cluster-roles.ts";
import { controllerRoleTable } from "./controller-roles.ts";
import { namespaceRoleTable } from "./namespace-roles.ts";
import { parsePolicy, type PolicyObjects } from "./policy-table.ts";

/** Each controller's role is bound to the service account of its name in kube-system. */
function controllerBindings(): string {
  const names = [...controllerRoleTable.matchAll(/^role (\S+)/gm)].map(([, name = ""]) => name);
  const prefix = "system:controller:";
  return names
    .map((name) => `binding ${name} ${name} serviceaccount:kube-system/${name.slice(prefix.length)}`)
    .join("\n");
}

let parsed: PolicyObjects | undefined;

/** All of them; read once. Shared: copy before changing. */
export function bootstrapPolicy(): PolicyObjects {
  parsed ??= parsePolicy(clusterRoleTable, controllerRoleTable, controllerBindings(), namespaceRoleTable);
  return parsed;
}

/** What any node may do, whatever runs on it: the rules of system:node. */
export function nodeRules(): readonly PolicyRule[] {
  return bootstrapPolicy().clusterRoles.find(({ metadata }) => metadata.name === "system:node")?.rules ?? [];
}
