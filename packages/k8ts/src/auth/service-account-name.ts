/** The user names and groups of service accounts. */
import { isDnsLabel, isDnsSubdomain } from "@k8ts/api";
import { systemGroups } from "./user.ts";

const prefix = "system:serviceaccount:";

/** "system:serviceaccount:NAMESPACE:NAME". */
export const serviceAccountUserName = (namespace: string, name: string): string => `${prefix}${namespace}:${name}`;

/** Namespace and name of a service account's user name; undefined for other users. */
export function parseServiceAccountName(user: string): { namespace: string; name: string } | undefined {
  if (!user.startsWith(prefix)) return undefined;
  const [namespace = "", name = "", ...rest] = user.slice(prefix.length).split(":");
  if (rest.length > 0 || isDnsLabel(namespace).length > 0 || isDnsSubdomain(name).length > 0) return undefined;
  return { namespace, name };
}

/** The groups that every service account of a namespace is in. */
export const serviceAccountGroups = (namespace: string): string[] => [
  systemGroups.serviceAccounts,
  `${systemGroups.serviceAccounts}:${namespace}`,
];
