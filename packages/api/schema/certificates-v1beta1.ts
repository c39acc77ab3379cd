/** API schema table of certificates.k8s.io/v1beta1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const certificatesV1beta1 = `
group certificates.k8s.io v1beta1 proto=k8s.io.api.certificates.v1beta1
resource clustertrustbundles ClusterTrustBundle Cluster verbs=all
resource podcertificaterequests PodCertificateRequest Namespaced verbs=all
 status PodCertificateRequest verbs=get,patch,update

kind ClusterTrustBundle
 metadata meta.v1.ObjectMeta #1
 spec! ClusterTrustBundleSpec #2
kind ClusterTrustBundleList
 items! []ClusterTrustBundle #2
 metadata meta.v1.ListMeta #1
type ClusterTrustBundleSpec
 signerName string #1
 trustBundle! string #2
kind PodCertificateRequest
 metadata meta.v1.ObjectMeta #1
 spec! PodCertificateRequestSpec #2
 status PodCertificateRequestStatus #3
kind PodCertificateRequestList
 items! []PodCertificateRequest #2
 metadata meta.v1.ListMeta #1
type PodCertificateRequestSpec
 maxExpirationSeconds *int32 #8 default=86400
 nodeName! string #6
 nodeUID! string #7
 pkixPublicKey byte #9
 podName! string #2
 podUID! string #3
 proofOfPossession byte #10
 serviceAccountName! string #4
 serviceAccountUID! string #5
 signerName! string #1
 stubPKCS10Request! byte #12
 unverifiedUserAnnotations {}string #11
type PodCertificateRequestStatus
 beginRefreshAt *Time #5
 certificateChain string #2
 conditions []meta.v1.Condition #1 list=map(type) patch=merge key=type
 notAfter *Time #6
 notBefore *Time #4
`;
