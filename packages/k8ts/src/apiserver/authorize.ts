/** Asking an authorizer, and refusing in upstream's words. */
import { forbidden } from "@k8ts/api";
import type { Attributes, Authorizer, Verdict } from "../auth/index.ts";

/** Error texts must not look like HTML to a browser. */
const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const sanitized = (text: string): string => text.replaceAll(/[&<>]/g, (character) => escapes[character]!);
const quoted = (text: string): string => JSON.stringify(text);

function forbiddenText({ user, verb, path, resourceRequest, ...target }: Attributes): string {
  const head = `User ${quoted(user.name)} cannot ${verb}`;
  if (!resourceRequest) return `${head} path ${quoted(path)}`;
  const resource = target.subresource === "" ? target.resource : `${target.resource}/${target.subresource}`;
  const where = target.namespace === "" ? "at the cluster scope" : `in the namespace ${quoted(target.namespace)}`;
  return `${head} resource ${quoted(resource)} in API group ${quoted(target.group)} ${where}`;
}

function refuse(attributes: Attributes, reason: string): never {
  const text = sanitized(forbiddenText(attributes));
  throw forbidden(attributes, attributes.name, reason === "" ? text : `${text}: ${reason}`);
}

/** Returns, at once or in time, where the attributes are allowed; throws Forbidden where not. */
export function requireAllowed(authorizer: Authorizer, attributes: Attributes): void | Promise<void> {
  const settle = (verdict: Verdict): void => {
    if (verdict.decision !== "allow") refuse(attributes, verdict.reason);
  };
  const answer = authorizer.authorize(attributes);
  return answer instanceof Promise ? answer.then(settle) : settle(answer);
}
