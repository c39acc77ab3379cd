/** Who makes a request, as authentication found. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Groups that Kubernetes itself gives out. */
export const systemGroups = {
  masters: "system:masters",
  authenticated: "system:authenticated",
  unauthenticated: "system:unauthenticated",
  nodes: "system:nodes",
  serviceAccounts: "system:serviceaccounts",
} as const;
