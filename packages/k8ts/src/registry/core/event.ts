/** Events, in the core group and in events.k8s.io: the same objects under two sets of names. */
import {
  fieldInvalid,
  fieldRequired,
  isDnsSubdomain,
  isQualifiedName,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Event } from "@k8ts/api/core/v1";
import { checkFormat } from "../meta/field-checks.ts";
import { nameColumn, text, textOf, wide } from "../printing/columns.ts";
import { timeSince } from "../printing/human-duration.ts";
import type { Strategy } from "../strategy.ts";

type In<T> = DeepReadonly<T>;

/** Most characters of a reporter's name, an action or a reason; a note may have eight times as many. */
const longestWord = 128;

function validate(event: In<Event>): FieldError[] {
  const faults: FieldError[] = [];
  const { namespace = "" } = event.metadata;
  const about = event.involvedObject?.namespace ?? "";
  const outside = event.eventTime ? ["default", "kube-system"] : ["", "default"];
  if (about === "" ? !outside.includes(namespace) : about !== namespace && !event.eventTime) {
    faults.push(fieldInvalid("involvedObject.namespace", about, "does not match event.namespace"));
  }
  if (event.eventTime) checkModern(event, faults);
  checkFormat(namespace, isDnsSubdomain, "namespace", faults);
  return faults;
}

/** Events with eventTime come from recorders of events.k8s.io, which must say more. */
function checkModern(event: In<Event>, faults: FieldError[]): void {
  const reporter = event.reportingComponent ?? "";
  if (reporter === "") faults.push(fieldRequired("reportingComponent"));
  checkFormat(reporter, isQualifiedName, "reportingComponent", faults);
  const words: [string, string | undefined, number][] = [
    ["reportingInstance", event.reportingInstance, longestWord],
    ["action", event.action, longestWord],
    ["reason", event.reason, longestWord],
  ];
  for (const [field, value, most] of words) {
    if (!value) faults.push(fieldRequired(field));
    else if (value.length > most) faults.push(fieldInvalid(field, "", `can have at most ${most} characters`));
  }
  const longestNote = 8 * longestWord;
  if ((event.message ?? "").length > longestNote) {
    faults.push(fieldInvalid("message", "", `can have at most ${longestNote} characters`));
  }
}

const firstSeen = (event: In<Event>, now: number): string => timeSince(event.firstTimestamp || event.eventTime, now);

function lastSeen(event: In<Event>, now: number): string {
  if (event.series) return timeSince(event.series.lastObservedTime, now);
  return event.lastTimestamp ? timeSince(event.lastTimestamp, now) : firstSeen(event, now);
}

function objectText({ involvedObject }: In<Event>): string {
  const kind = (involvedObject?.kind ?? "").toLowerCase();
  return involvedObject?.name ? `${kind}/${involvedObject.name}` : kind;
}

function sourceText({ source, reportingComponent, reportingInstance }: In<Event>): string {
  const component = source?.component || reportingComponent || "";
  const instance = source?.host || reportingInstance || "";
  return instance ? `${component}, ${instance}` : component;
}

const involved = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"] as const;

function fields(event: In<Event>): Record<string, string> {
  const values: Record<string, string> = {
    reason: event.reason ?? "",
    reportingComponent: event.reportingComponent ?? "",
    source: event.source?.component || event.reportingComponent || "",
    type: event.type ?? "",
  };
  for (const field of involved) values[`involvedObject.${field}`] = event.involvedObject?.[field] ?? "";
  return values;
}

/** Events of the core group. */
export const event: Strategy<Event> = {
  group: "",
  resource: "events",
  validate,
  validateUpdate: validate,
  allowCreateOnUpdate: true,
  // As upstream's --event-ttl.
  ttlSeconds: 3600,
  fields,
  fieldNames: ["reason", "reportingComponent", "source", "type", ...involved.map((field) => `involvedObject.${field}`)],
  columns: [
    text("Last Seen", "Since it was last seen.", lastSeen),
    text("Type", "Normal or Warning.", ({ type }) => type ?? ""),
    text("Reason", "What happened, in one word.", ({ reason }) => reason ?? ""),
    text("Object", "What it happened to.", objectText),
    wide(text("Subobject", "Which part of the object.", ({ involvedObject }) => involvedObject?.fieldPath ?? "")),
    wide(text("Source", "Who reports it.", sourceText)),
    text("Message", "What happened, in words.", ({ message }) => (message ?? "").trim()),
    wide(text("First Seen", "Since it was first seen.", firstSeen)),
    wide(textOf("Count", "How often it was seen.", ({ series, count }) => series?.count ?? (count || 1))),
    wide({ ...nameColumn, name: "Name" }),
  ],
};
