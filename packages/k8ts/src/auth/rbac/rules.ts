/** Policy rules: what they grant, and whether some cover others. */
import type { DeepReadonly } from "@k8ts/api";
import type { PolicyRule } from "@k8ts/api/rbac/v1";
import type { Attributes } from "../authorizer.ts";

/** A rule as stored. */
export type Rule = DeepReadonly<PolicyRule>;

const all = "*";
const has = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes(all) || list.includes(value));

function resourceMatches(rule: Rule, resource: string, subresource: string): boolean {
  const { resources } = rule;
  if (!resources) return false;
  if (resources.includes(all)) return true;
  if (subresource === "") return resources.includes(resource);
  return resources.includes(`${resource}/${subresource}`) || resources.includes(`*/${subresource}`);
}

function pathMatches(rule: Rule, path: string): boolean {
  for (const pattern of rule.nonResourceURLs ?? []) {
    if (pattern === all || pattern === path) return true;
    if (pattern.endsWith(all) && path.startsWith(pattern.slice(0, -1).replace(/\*+$/, ""))) return true;
  }
  return false;
}

/** True where the rule allows what is asked. */
export function ruleAllows(rule: Rule, asked: Attributes): boolean {
  if (!has(rule.verbs, asked.verb)) return false;
  if (!asked.resourceRequest) return pathMatches(rule, asked.path);
  if (!has(rule.apiGroups, asked.group)) return false;
  if (!resourceMatches(rule, asked.resource, asked.subresource)) return false;
  const names = rule.resourceNames;
  return !names || names.length === 0 || names.includes(asked.name);
}

/** Rules that each name one thing of every kind: "get pods in group apps" rather than lists of each. */
export function brokenDown(rule: Rule): Rule[] {
  const pieces: Rule[] = [];
  const names = rule.resourceNames?.length ? rule.resourceNames.map((name) => [name]) : [undefined];
  for (const verb of rule.verbs) {
    for (const group of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        for (const resourceNames of names) {
          const piece = { verbs: [verb], apiGroups: [group], resources: [resource] };
          pieces.push(resourceNames ? { ...piece, resourceNames } : piece);
        }
      }
    }
    for (const url of rule.nonResourceURLs ?? []) pieces.push({ verbs: [verb], nonResourceURLs: [url] });
  }
  return pieces;
}

const covers = (owner: readonly string[] | undefined, asked: readonly string[] | undefined): boolean =>
  (asked ?? []).every((value) => has(owner, value));

function coversResources(owner: readonly string[], asked: readonly string[]): boolean {
  return asked.every((resource) => {
    if (owner.includes(all) || owner.includes(resource)) return true;
    const slash = resource.indexOf("/");
    return slash >= 0 && owner.includes(`*${resource.slice(slash)}`);
  });
}

function coversPaths(owner: readonly string[], asked: readonly string[]): boolean {
  return asked.every((path) =>
    owner.some((pattern) => pattern === path || (pattern.endsWith(all) && path.startsWith(pattern.slice(0, -1)))),
  );
}

function coversPiece(owner: Rule, piece: Rule): boolean {
  if (!covers(owner.verbs, piece.verbs)) return false;
  if (!covers(owner.apiGroups, piece.apiGroups)) return false;
  if (!coversResources(owner.resources ?? [], piece.resources ?? [])) return false;
  if (!coversPaths(owner.nonResourceURLs ?? [], piece.nonResourceURLs ?? [])) return false;
  if (!owner.resourceNames?.length) return true;
  return (
    (piece.resourceNames?.length ?? 0) > 0 && piece.resourceNames!.every((name) => owner.resourceNames!.includes(name))
  );
}

/** The pieces of `asked` that no rule of `owned` covers. */
export function uncovered(owned: readonly Rule[], asked: readonly Rule[]): Rule[] {
  const pieces = owned.flatMap(brokenDown);
  return asked.flatMap(brokenDown).filter((piece) => !pieces.some((rule) => coversPiece(rule, piece)));
}

/** Rules as an error lists them: pieces that differ in verbs only stand together. */
export function compactText(rules: readonly Rule[]): string[] {
  const merged = new Map<string, { rule: Rule; verbs: string[] }>();
  for (const rule of rules) {
    const { verbs, ...rest } = rule;
    const key = JSON.stringify(rest);
    const found = merged.get(key);
    if (found) found.verbs.push(...verbs);
    else merged.set(key, { rule, verbs: [...verbs] });
  }
  return [...merged.values()].map(({ rule, verbs }) => ruleText({ ...rule, verbs })).sort();
}

/** `{APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "list"]}`, as upstream prints a rule. */
function ruleText(rule: Rule): string {
  const list = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(" ")}]`;
  const parts: string[] = [];
  const add = (name: string, values: readonly string[] | undefined): void => {
    if (values?.length) parts.push(`${name}:${list(values)}`);
  };
  add("APIGroups", rule.apiGroups);
  add("Resources", rule.resources);
  add("NonResourceURLs", rule.nonResourceURLs);
  add("ResourceNames", rule.resourceNames);
  add("Verbs", rule.verbs);
  return `{${parts.join(", ")}}`;
}
