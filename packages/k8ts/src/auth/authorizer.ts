/** Who may do what: the question, the answer, and asking several in turn. */
import type { UserInfo } from "./user.ts";

/** What somebody wants to do. Resource fields are "" for paths that are no resource. */
export interface Attributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly resourceRequest: boolean;
  /** Set for paths that are no resource. */
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** "": cluster-scoped, or all namespaces. */
  readonly namespace: string;
  /** "": all of them, or not known yet. */
  readonly name: string;
  /** Selector texts of list, watch and deletecollection, for those who grant only what is selected. */
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

/** An answer. "no opinion": ask the next; nobody having one, it is forbidden. */
export interface Verdict {
  readonly decision: "allow" | "deny" | "no opinion";
  readonly reason: string;
}

/** Decides. Never throws; what it cannot find out, it has no opinion on, and says so in the reason. */
export interface Authorizer {
  authorize(attributes: Attributes): Verdict | Promise<Verdict>;
}

const noOpinion: Verdict = { decision: "no opinion", reason: "" };

/** Asks one after the other until one has an opinion; reasons of those that had none are joined. */
export function authorizerUnion(...authorizers: readonly Authorizer[]): Authorizer {
  const from = (at: number, attributes: Attributes, reasons: string): Verdict | Promise<Verdict> => {
    for (let next = at, said = reasons; ; next++) {
      const authorizer = authorizers[next];
      if (!authorizer) return said === "" ? noOpinion : { decision: "no opinion", reason: said };
      const verdict = authorizer.authorize(attributes);
      if (verdict instanceof Promise) {
        return verdict.then((late) =>
          late.decision === "no opinion" ? from(next + 1, attributes, joined(said, late.reason)) : late,
        );
      }
      if (verdict.decision !== "no opinion") return verdict;
      said = joined(said, verdict.reason);
    }
  };
  return { authorize: (attributes) => from(0, attributes, "") };
}

const joined = (before: string, reason: string): string =>
  before === "" || reason === "" ? before + reason : `${before}\n${reason}`;

/** Lets members of these groups do everything: upstream's system:masters. */
export function privilegedGroups(...groups: readonly string[]): Authorizer {
  const allowed: Verdict = { decision: "allow", reason: "" };
  return {
    authorize: ({ user }) => (user.groups.some((group) => groups.includes(group)) ? allowed : noOpinion),
  };
}

/** Attributes of a resource request, with what is not said left empty. */
export function resourceAttributes(
  user: UserInfo,
  verb: string,
  target: Partial<Pick<Attributes, "group" | "version" | "resource" | "subresource" | "namespace" | "name">>,
): Attributes {
  return {
    user,
    verb,
    resourceRequest: true,
    path: "",
    group: target.group ?? "",
    version: target.version ?? "",
    resource: target.resource ?? "",
    subresource: target.subresource ?? "",
    namespace: target.namespace ?? "",
    name: target.name ?? "",
  };
}
