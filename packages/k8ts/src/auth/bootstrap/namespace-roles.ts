/** Roles in kube-system and kube-public; policy-table.ts reads this. Facts of Kubernetes v1.36. */
export const namespaceRoleTable = `
role kube-public/system:controller:bootstrap-signer
 get,list,watch core configmaps
 update core configmaps cluster-info
 create,patch,update core,events.k8s.io events
role kube-system/extension-apiserver-authentication-reader
 get,list,watch core configmaps extension-apiserver-authentication
role kube-system/system::leader-locking-kube-controller-manager
 create,get,list,update,watch coordination.k8s.io leases
 create,get,list,update,watch coordination.k8s.io leasecandidates
role kube-system/system::leader-locking-kube-scheduler
 create,get,list,update,watch coordination.k8s.io leases
 create,get,list,update,watch coordination.k8s.io leasecandidates
role kube-system/system:controller:bootstrap-signer
 get,list,watch core secrets
role kube-system/system:controller:cloud-provider
 create,get,list,watch core configmaps
role kube-system/system:controller:token-cleaner
 delete,get,list,watch core secrets
 create,patch,update core,events.k8s.io events
binding kube-public/system:controller:bootstrap-signer Role/system:controller:bootstrap-signer serviceaccount:kube-system/bootstrap-signer
binding kube-system/system::extension-apiserver-authentication-reader Role/extension-apiserver-authentication-reader user:system:kube-controller-manager,user:system:kube-scheduler
binding kube-system/system::leader-locking-kube-controller-manager Role/system::leader-locking-kube-controller-manager user:system:kube-controller-manager,serviceaccount:kube-system/kube-controller-manager,serviceaccount:kube-system/leader-election-controller
binding kube-system/system::leader-locking-kube-scheduler Role/system::leader-locking-kube-scheduler user:system:kube-scheduler,serviceaccount:kube-system/kube-scheduler
binding kube-system/system:controller:bootstrap-signer Role/system:controller:bootstrap-signer serviceaccount:kube-system/bootstrap-signer
binding kube-system/system:controller:cloud-provider Role/system:controller:cloud-provider serviceaccount:kube-system/cloud-provider
binding kube-system/system:controller:token-cleaner Role/system:controller:token-cleaner serviceaccount:kube-system/token-cleaner
`;
