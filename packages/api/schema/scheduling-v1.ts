/** API schema table of scheduling.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const schedulingV1 = `
group scheduling.k8s.io v1 proto=k8s.io.api.scheduling.v1
resource priorityclasses PriorityClass Cluster short=pc verbs=all

kind PriorityClass
 description string #4
 globalDefault boolean #3
 metadata meta.v1.ObjectMeta #1
 preemptionPolicy *string #5 default="PreemptLowerPriority"
 value int32 #2
kind PriorityClassList
 items! []PriorityClass #2
 metadata meta.v1.ListMeta #1
`;
