/** API schema table of node.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const nodeV1 = `
group node.k8s.io v1 proto=k8s.io.api.node.v1
resource runtimeclasses RuntimeClass Cluster verbs=all

type Overhead
 podFixed {}Quantity #1
kind RuntimeClass
 handler! string #2
 metadata meta.v1.ObjectMeta #1
 overhead *Overhead #3
 scheduling *Scheduling #4
kind RuntimeClassList
 items! []RuntimeClass #2
 metadata meta.v1.ListMeta #1
type Scheduling
 nodeSelector {}string #1 map=atomic
 tolerations []core.v1.Toleration #2 list=atomic
`;
