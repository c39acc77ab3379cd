/** API schema table of storagemigration.k8s.io/v1beta1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const storagemigrationV1beta1 = `
group storagemigration.k8s.io v1beta1 proto=k8s.io.api.storagemigration.v1beta1
resource storageversionmigrations StorageVersionMigration Cluster verbs=all
 status StorageVersionMigration verbs=get,patch,update

kind StorageVersionMigration
 metadata meta.v1.ObjectMeta #1
 spec StorageVersionMigrationSpec #2
 status StorageVersionMigrationStatus #3
kind StorageVersionMigrationList
 items! []StorageVersionMigration #2
 metadata meta.v1.ListMeta #1
type StorageVersionMigrationSpec
 resource! meta.v1.GroupResource #1
type StorageVersionMigrationStatus
 conditions []meta.v1.Condition #1 list=map(type) patch=merge key=type
 resourceVersion string #2
`;
