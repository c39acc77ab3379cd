/** API schema table of storage.k8s.io/v1beta1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const storageV1beta1 = `
group storage.k8s.io v1beta1 proto=k8s.io.api.storage.v1beta1
resource volumeattributesclasses VolumeAttributesClass Cluster short=vac verbs=all

kind VolumeAttributesClass
 driverName! string #2
 metadata meta.v1.ObjectMeta #1
 parameters {}string #3
kind VolumeAttributesClassList
 items! []VolumeAttributesClass #2
 metadata meta.v1.ListMeta #1
`;
