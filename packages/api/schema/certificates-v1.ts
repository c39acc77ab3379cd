/** API schema table of certificates.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const certificatesV1 = `
group certificates.k8s.io v1 proto=k8s.io.api.certificates.v1
resource certificatesigningrequests CertificateSigningRequest Cluster short=csr verbs=all
 approval CertificateSigningRequest verbs=get,patch,update
 status CertificateSigningRequest verbs=get,patch,update

kind CertificateSigningRequest
 metadata meta.v1.ObjectMeta #1
 spec! CertificateSigningRequestSpec #2
 status CertificateSigningRequestStatus #3
type CertificateSigningRequestCondition
 lastTransitionTime Time #5
 lastUpdateTime Time #4
 message string #3
 reason string #2
 status! string #6
 type! string #1 enum=Approved|Denied|Failed
kind CertificateSigningRequestList
 items! []CertificateSigningRequest #2
 metadata meta.v1.ListMeta #1
type CertificateSigningRequestSpec
 expirationSeconds *int32 #8
 extra {}[]string #6
 groups []string #4 list=atomic
 request! byte #1
 signerName! string #7
 uid string #3
 usages []string #5 list=atomic enum=signing|digital signature|content commitment|key encipherment|key agreement|data encipherment|cert sign|crl sign|encipher only|decipher only|any|server auth|client auth|code signing|email protection|s/mime|ipsec end system|ipsec tunnel|ipsec user|timestamping|ocsp signing|microsoft sgc|netscape sgc
 username string #2
type CertificateSigningRequestStatus
 certificate byte #2
 conditions []CertificateSigningRequestCondition #1 list=map(type)
`;
