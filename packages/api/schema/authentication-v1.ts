/** API schema table of authentication.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const authenticationV1 = `
group authentication.k8s.io v1 proto=k8s.io.api.authentication.v1
resource selfsubjectreviews SelfSubjectReview Cluster verbs=create
resource tokenreviews TokenReview Cluster verbs=create

type BoundObjectReference
 apiVersion string #2
 kind string #1
 name string #3
 uid string #4
kind SelfSubjectReview
 metadata meta.v1.ObjectMeta #1
 status SelfSubjectReviewStatus #2
type SelfSubjectReviewStatus
 userInfo UserInfo #1
kind TokenRequest
 metadata meta.v1.ObjectMeta #1
 spec TokenRequestSpec #2
 status TokenRequestStatus #3
type TokenRequestSpec
 audiences []string #1 list=atomic
 boundObjectRef *BoundObjectReference #3
 expirationSeconds *int64 #4 default=3600
type TokenRequestStatus
 expirationTimestamp Time #2
 token string #1
kind TokenReview
 metadata meta.v1.ObjectMeta #1
 spec! TokenReviewSpec #2
 status TokenReviewStatus #3
type TokenReviewSpec
 audiences []string #2 list=atomic
 token! string #1
type TokenReviewStatus
 audiences []string #4 list=atomic
 authenticated boolean #1
 error string #3
 user UserInfo #2
type UserInfo
 extra {}[]string #4
 groups []string #3 list=atomic
 uid string #2
 username string #1
`;
