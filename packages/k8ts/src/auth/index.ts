/**
 * Who asks, and what they may: authentication and authorization, and the keys and certificates both rest on.
 *
 *     credentials ── authenticators (certificate, token, …) ──> UserInfo
 *     UserInfo + what they want ── authorizers (masters, Node, RBAC) ──> Verdict
 *     pki/: CA, certificates, kubeconfigs      bootstrap/: the roles and objects that every cluster starts with
 *
 * The API server calls it. It knows nothing of HTTP, and sees the cluster's objects through an ObjectSource only.
 */
export * from "./authenticator.ts";
export { anonymousAuthenticator, anonymousPaths } from "./authenticators/anonymous.ts";
export { bootstrapTokenAuthenticator } from "./authenticators/bootstrap-token.ts";
export { clientCertificateAuthenticator } from "./authenticators/client-certificate.ts";
export { serviceAccountAuthenticator } from "./authenticators/service-account.ts";
export { staticTokenAuthenticator } from "./authenticators/static-token.ts";
export * from "./authorizer.ts";
export type { ObjectFollower, ObjectSource } from "./object-source.ts";
export { type KeyPair } from "./pki/certificate.ts";
export { kubeconfigText, writeKubeconfig, type KubeconfigContent } from "./pki/kubeconfig.ts";
export { CertificateRenewal } from "./pki/renewal.ts";
export { ensurePki, type Pki, type PkiOptions } from "./pki/pki.ts";
export { EscalationCheck, isRbacResource } from "./rbac/escalation.ts";
export { RbacAuthorizer } from "./rbac/rbac-authorizer.ts";
export { uncovered, type Rule } from "./rbac/rules.ts";
export { parseServiceAccountName, serviceAccountGroups, serviceAccountUserName } from "./service-account-name.ts";
export { createIssuer, type BoundObjects, type ServiceAccountIssuer } from "./tokens/issuer.ts";
export { TokenVerifier } from "./tokens/verifier.ts";
export { systemGroups, type UserInfo } from "./user.ts";
export { NodeAuthorizer, nodeIdentity } from "./node/node-authorizer.ts";
export { bootstrapPolicy } from "./bootstrap/policy.ts";
