/** The resources that tokens are about, under names that read well here. */
export { nodes, pods, secrets, serviceAccounts } from "@k8ts/api/core/v1";
