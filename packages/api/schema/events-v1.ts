/** API schema table of events.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const eventsV1 = `
group events.k8s.io v1 proto=k8s.io.api.events.v1
resource events Event Namespaced short=ev verbs=all

kind Event
 action string #6
 deprecatedCount int32 #15
 deprecatedFirstTimestamp Time #13
 deprecatedLastTimestamp Time #14
 deprecatedSource core.v1.EventSource #12
 eventTime! MicroTime #2
 metadata meta.v1.ObjectMeta #1
 note string #10
 reason string #7
 regarding core.v1.ObjectReference #8
 related *core.v1.ObjectReference #9
 reportingController string #4
 reportingInstance string #5
 series *EventSeries #3
 type string #11
kind EventList
 items! []Event #2
 metadata meta.v1.ListMeta #1
type EventSeries
 count! int32 #1
 lastObservedTime! MicroTime #2
`;
