/** Acting as somebody else (Impersonate-User, -Uid, -Group, -Extra-*), for those who may impersonate each of these. */
import { badRequest } from "@k8ts/api";
import {
  parseServiceAccountName,
  resourceAttributes,
  serviceAccountGroups,
  systemGroups,
  type Attributes,
  type Authorizer,
  type UserInfo,
} from "../../auth/index.ts";
import { requireAllowed } from "../authorize.ts";
import type { Exchange, Filter } from "../exchange.ts";
import { headerOf, type RequestHeaders } from "../http/index.ts";

const prefix = "impersonate-";
const userHeader = "impersonate-user";
const groupHeader = "impersonate-group";
const uidHeader = "impersonate-uid";
const extraPrefix = "impersonate-extra-";
const authenticationGroup = "authentication.k8s.io";

const valuesOf = (headers: RequestHeaders, name: string): string[] => {
  const value = headers[name];
  if (value === undefined) return [];
  return Array.isArray(value) ? value : value.split(",").map((part) => part.trim());
};

function extraOf(headers: RequestHeaders): Record<string, string[]> {
  // Keys are the client's: "__proto__" must be a key like any other.
  const extra = Object.create(null) as Record<string, string[]>;
  for (const name of Object.keys(headers)) {
    if (!name.startsWith(extraPrefix)) continue;
    let key = name.slice(extraPrefix.length);
    try {
      key = decodeURIComponent(key);
    } catch {
      // Keys that are no valid escape count as they stand, as upstream's do.
    }
    extra[key] = [...(extra[key] ?? []), ...valuesOf(headers, name)];
  }
  return extra;
}

/** Every right that the impersonation needs, in the order upstream asks for them. */
function rightsNeeded(requester: UserInfo, wanted: UserInfo, groups: readonly string[]): Attributes[] {
  const account = parseServiceAccountName(wanted.name);
  const needed = [
    account
      ? resourceAttributes(requester, "impersonate", { resource: "serviceaccounts", version: "v1", ...account })
      : resourceAttributes(requester, "impersonate", { resource: "users", version: "v1", name: wanted.name }),
  ];
  for (const name of groups) {
    needed.push(resourceAttributes(requester, "impersonate", { resource: "groups", version: "v1", name }));
  }
  const target = { group: authenticationGroup, version: "v1" };
  for (const [subresource, values] of Object.entries(wanted.extra ?? {})) {
    for (const name of values) {
      needed.push(
        resourceAttributes(requester, "impersonate", { ...target, resource: "userextras", subresource, name }),
      );
    }
  }
  if (wanted.uid) {
    needed.push(resourceAttributes(requester, "impersonate", { ...target, resource: "uids", name: wanted.uid }));
  }
  return needed;
}

/** Groups a user of this name has without being given any. */
function impliedGroups(name: string, asked: readonly string[]): string[] {
  const account = parseServiceAccountName(name);
  const groups = asked.length === 0 && account ? serviceAccountGroups(account.namespace) : [...asked];
  const anonymous = name === "system:anonymous";
  const implied = anonymous ? systemGroups.unauthenticated : systemGroups.authenticated;
  const known: readonly string[] = [systemGroups.authenticated, systemGroups.unauthenticated];
  return groups.some((group) => known.includes(group)) ? groups : [...groups, implied];
}

/** Replaces exchange.user by the impersonated one. */
export function impersonation(authorizer: Authorizer): Filter {
  return (exchange) => {
    for (const header in exchange.request.headers) {
      if (header.startsWith(prefix)) return impersonate(authorizer, exchange);
    }
    return undefined;
  };
}

async function impersonate(authorizer: Authorizer, exchange: Exchange): Promise<void> {
  const { headers } = exchange.request;
  const name = headerOf(headers, userHeader);
  const asked = valuesOf(headers, groupHeader);
  const uid = headerOf(headers, uidHeader);
  const extra = extraOf(headers);
  if (name === "") {
    if (asked.length === 0 && uid === "" && Object.keys(extra).length === 0) return;
    const text = `requested [${[...asked, uid, ...Object.keys(extra)].filter(Boolean).join(" ")}] without impersonating a user`;
    throw badRequest(text);
  }
  const wanted: UserInfo = {
    name,
    groups: impliedGroups(name, asked),
    ...(uid !== "" && { uid }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
  for (const right of rightsNeeded(exchange.user, wanted, asked)) await requireAllowed(authorizer, right);
  exchange.user = wanted;
}
