/** What a list or watch asks for, read from its query and checked in upstream's words. */
import {
  badRequest,
  type FieldError,
  type FieldMatcher,
  fieldForbidden,
  fieldNotSupported,
  invalid,
  type LabelMatcher,
  parseFieldSelector,
  parseLabelSelector,
  type ResourceSchema,
} from "@k8ts/api";
import type { WatchFilter } from "../storage/index.ts";
import type { ListOptions, WatchOptions } from "./resource-store.ts";
import type { Strategy } from "./strategy.ts";

const optionsKind = { group: "meta.k8s.io", kind: "ListOptions" };

/** A resourceVersion parameter: undefined where absent. Throws BadRequest. */
export function parseResourceVersion(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(Number(text))) {
    const reason = /^[0-9]+$/.test(text) ? "value out of range" : "invalid syntax";
    throw badRequest(`invalid resource version: strconv.ParseUint: parsing ${JSON.stringify(text)}: ${reason}`);
  }
  return Number(text);
}

/** Throws Invalid where the options of a list contradict each other. */
export function validateListOptions(options: ListOptions): void {
  const errors = matchErrors(options);
  if ((options as WatchOptions).sendInitialEvents !== undefined) {
    errors.push(fieldForbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  }
  if (errors.length > 0) throw invalid(optionsKind, "", errors);
}

const matchField = "resourceVersionMatch";

function matchErrors({ resourceVersion, resourceVersionMatch: match, continue: token }: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  if (!match) return errors;
  if (!resourceVersion) {
    errors.push(fieldForbidden(matchField, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
  }
  if (token) {
    errors.push(fieldForbidden(matchField, "resourceVersionMatch is forbidden when continue is provided"));
  }
  if (match !== "Exact" && match !== "NotOlderThan") {
    errors.push(fieldNotSupported(matchField, match, ["Exact", "NotOlderThan", ""]));
  }
  if (match === "Exact" && resourceVersion === "0") {
    const text = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"';
    errors.push(fieldForbidden(matchField, text));
  }
  return errors;
}

/** Throws Invalid where the options of a watch contradict each other. */
export function validateWatchOptions(options: WatchOptions): void {
  const { resourceVersionMatch: match, sendInitialEvents, continue: token } = options;
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== "NotOlderThan") {
    errors.push(fieldForbidden(matchField, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  }
  if (match) {
    if (sendInitialEvents === undefined) {
      const text = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided";
      errors.push(fieldForbidden(matchField, text));
    }
    if (match !== "NotOlderThan") errors.push(fieldNotSupported(matchField, match, ["NotOlderThan"]));
    if (token) {
      errors.push(fieldForbidden(matchField, "resourceVersionMatch is forbidden when continue is provided"));
    }
  }
  if (errors.length > 0) throw invalid(optionsKind, "", errors);
}

/** The filter of a request. Throws BadRequest for selectors that cannot be read or name unknown fields. */
export function filterOf(
  resource: ResourceSchema,
  strategy: Strategy,
  namespace: string,
  options: Pick<ListOptions, "labelSelector" | "fieldSelector">,
): WatchFilter {
  const labels = options.labelSelector ? readSelector(parseLabelSelector, options.labelSelector) : undefined;
  const fields = options.fieldSelector ? readSelector(parseFieldSelector, options.fieldSelector) : undefined;
  if (fields) checkFields(resource, strategy, fields);
  return { namespace, ...(labels && { labels }), ...(fields && { fields }) };
}

function readSelector<T extends LabelMatcher | FieldMatcher>(parse: (text: string) => T, text: string): T {
  try {
    return parse(text);
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}

function checkFields(resource: ResourceSchema, strategy: Strategy, fields: FieldMatcher): void {
  const known = strategy.fieldNames ?? [];
  for (const { field } of fields.requirements) {
    if (field === "metadata.name" || known.includes(field)) continue;
    if (field === "metadata.namespace" && (resource.namespaced || known.length === 0)) continue;
    throw badRequest(
      known.length > 0
        ? `field label not supported: ${field}`
        : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
    );
  }
}
