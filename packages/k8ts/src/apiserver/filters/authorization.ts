/** Asks whether the user may; where not, 403 in upstream's words. */
import type { Attributes, Authorizer } from "../../auth/index.ts";
import { requireAllowed } from "../authorize.ts";
import type { Exchange, Filter } from "../exchange.ts";

/** The question that a request amounts to. */
export function attributesOf(exchange: Exchange): Attributes {
  const { info, user, query } = exchange;
  const selective = info.isResourceRequest && !info.verbInPath && selectingVerbs.has(info.verb);
  return {
    user,
    verb: info.verb,
    resourceRequest: info.isResourceRequest,
    path: info.path,
    group: info.group,
    version: info.version,
    resource: info.resource,
    subresource: info.subresource,
    namespace: info.namespace,
    name: info.name,
    fieldSelector: selective ? query.first("fieldSelector") : undefined,
    labelSelector: selective ? query.first("labelSelector") : undefined,
  };
}

const selectingVerbs: ReadonlySet<string> = new Set(["list", "watch", "deletecollection"]);

/** Lets only allowed requests through. */
export function authorization(authorizer: Authorizer): Filter {
  return (exchange) => requireAllowed(authorizer, attributesOf(exchange));
}
