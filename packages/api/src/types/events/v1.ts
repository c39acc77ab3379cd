// Generated from the schema table of events.k8s.io/v1 by scripts/generate-types.ts; do not edit.
import type { EventSource, ObjectReference } from "../core/v1.ts";
import type { ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of events in events.k8s.io/v1. */
export const events: Resource<Event> = defineResource("events.k8s.io", "v1", "events", "Event", true);

export interface Event {
  apiVersion: "events.k8s.io/v1";
  kind: "Event";
  action?: string;
  deprecatedCount?: number;
  /** RFC 3339, whole seconds. */
  deprecatedFirstTimestamp?: string;
  /** RFC 3339, whole seconds. */
  deprecatedLastTimestamp?: string;
  deprecatedSource?: EventSource;
  /** RFC 3339, microseconds. */
  eventTime: string;
  metadata: ObjectMeta;
  note?: string;
  reason?: string;
  regarding?: ObjectReference;
  related?: ObjectReference;
  reportingController?: string;
  reportingInstance?: string;
  series?: EventSeries;
  type?: string;
}

export interface EventList {
  apiVersion: "events.k8s.io/v1";
  kind: "EventList";
  items: Event[];
  metadata: ListMeta;
}

export interface EventSeries {
  count: number;
  /** RFC 3339, microseconds. */
  lastObservedTime: string;
}
