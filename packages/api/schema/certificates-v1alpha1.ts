/** API schema table of certificates.k8s.io/v1alpha1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const certificatesV1alpha1 = `
group certificates.k8s.io v1alpha1 proto=k8s.io.api.certificates.v1alpha1
resource clustertrustbundles ClusterTrustBundle Cluster verbs=all

kind ClusterTrustBundle
 metadata meta.v1.ObjectMeta #1
 spec! ClusterTrustBundleSpec #2
kind ClusterTrustBundleList
 items! []ClusterTrustBundle #2
 metadata meta.v1.ListMeta #1
type ClusterTrustBundleSpec
 signerName string #1
 trustBundle! string #2
`;
