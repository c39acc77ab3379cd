/** Events: events.k8s.io/v1 is a view of the core Event, under newer names. */
import { inverted, renamed, type Converter } from "./conversion-fields.ts";

/** Names of events.k8s.io/v1 and what core/v1 calls them. */
const names = {
  note: "message",
  regarding: "involvedObject",
  reportingController: "reportingComponent",
  deprecatedSource: "source",
  deprecatedFirstTimestamp: "firstTimestamp",
  deprecatedLastTimestamp: "lastTimestamp",
  deprecatedCount: "count",
} as const;

const back = inverted(names);

const regardingFields = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];

/** Between events.k8s.io/v1 and core/v1. */
export const eventConverter: Converter = {
  toStorage: (event) => renamed(event, names),
  fromStorage: (event) => renamed(event, back),
  fields: {
    reason: "reason",
    type: "type",
    reportingController: "reportingComponent",
    "metadata.name": "metadata.name",
    "metadata.namespace": "metadata.namespace",
    ...Object.fromEntries(regardingFields.map((field) => [`regarding.${field}`, `involvedObject.${field}`])),
  },
};
