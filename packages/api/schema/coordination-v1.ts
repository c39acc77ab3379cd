/** API schema table of coordination.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const coordinationV1 = `
group coordination.k8s.io v1 proto=k8s.io.api.coordination.v1
resource leases Lease Namespaced verbs=all

kind Lease
 metadata meta.v1.ObjectMeta #1
 spec LeaseSpec #2
kind LeaseList
 items! []Lease #2
 metadata meta.v1.ListMeta #1
type LeaseSpec
 acquireTime *MicroTime #3
 holderIdentity *string #1
 leaseDurationSeconds *int32 #2
 leaseTransitions *int32 #5
 preferredHolder *string #7
 renewTime *MicroTime #4
 strategy *string #6
`;
