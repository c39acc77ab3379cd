/** API schema table of coordination.k8s.io/v1alpha2; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const coordinationV1alpha2 = `
group coordination.k8s.io v1alpha2 proto=k8s.io.api.coordination.v1alpha2
resource leasecandidates LeaseCandidate Namespaced verbs=all

kind LeaseCandidate
 metadata meta.v1.ObjectMeta #1
 spec! LeaseCandidateSpec #2
kind LeaseCandidateList
 items! []LeaseCandidate #2
 metadata meta.v1.ListMeta #1
type LeaseCandidateSpec
 binaryVersion! string #4
 emulationVersion string #5
 leaseName! string #1
 pingTime *MicroTime #2
 renewTime *MicroTime #3
 strategy! string #6
`;
