/** What CSI drivers and the attach controller keep: attachments, drivers, nodes' drivers, capacities, attribute classes. */
import { canonicalQuantity, fieldRequired, type DeepReadonly, type FieldError } from "@k8ts/api";
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  VolumeAttachment,
  VolumeAttributesClass,
} from "@k8ts/api/storage/v1";
import { checkImmutable } from "../meta/field-checks.ts";
import { ageColumn, flag, integer, nameColumn, text } from "../printing/columns.ts";
import { clearStatus, keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";

const group = "storage.k8s.io";

function validateAttachment({ spec }: DeepReadonly<VolumeAttachment>): FieldError[] {
  const faults: FieldError[] = [];
  if (!spec.attacher) faults.push(fieldRequired("spec.attacher", ""));
  if (!spec.nodeName) faults.push(fieldRequired("spec.nodeName", ""));
  const { persistentVolumeName, inlineVolumeSpec } = spec.source;
  if (persistentVolumeName === undefined && inlineVolumeSpec === undefined) {
    faults.push(fieldRequired("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName"));
  }
  return faults;
}

/** VolumeAttachments. */
export const volumeAttachment: Strategy<VolumeAttachment> = {
  group,
  resource: "volumeattachments",
  allowUnconditionalUpdate: false,
  prepareForCreate: clearStatus,
  prepareForUpdate: keepStatus,
  validate: validateAttachment,
  validateUpdate(object, old) {
    const faults = validateAttachment(object);
    checkImmutable(object.spec, old.spec, "spec", faults);
    return faults;
  },
  columns: [
    nameColumn,
    { ...text("Attacher", "Driver that attaches.", ({ spec }) => spec.attacher), format: "name" },
    text("PV", "The volume.", ({ spec }) => spec.source.persistentVolumeName ?? ""),
    text("Node", "The node.", ({ spec }) => spec.nodeName),
    flag("Attached", "Whether it is attached.", ({ status }) => status?.attached),
    ageColumn,
  ],
  status: statusSubresource(),
};

/** CSIDrivers. */
export const csiDriver: Strategy<CSIDriver> = {
  group,
  resource: "csidrivers",
  generation: true,
  allowUnconditionalUpdate: false,
  columns: [
    nameColumn,
    flag("AttachRequired", "Whether volumes must be attached.", ({ spec }) => spec.attachRequired ?? true),
    flag("PodInfoOnMount", "Whether mounts are told of the pod.", ({ spec }) => spec.podInfoOnMount),
    flag("StorageCapacity", "Whether pods are scheduled by capacity.", ({ spec }) => spec.storageCapacity),
    text("TokenRequests", "Audiences of the tokens it is given.", ({ spec }) =>
      spec.tokenRequests ? spec.tokenRequests.map(({ audience }) => audience).join(",") : "<unset>",
    ),
    flag("RequiresRepublish", "Whether volumes are published again and again.", ({ spec }) => spec.requiresRepublish),
    text("Modes", "Lives a volume can have.", ({ spec }) => (spec.volumeLifecycleModes ?? []).join(",") || "<none>"),
    ageColumn,
  ],
};

/** CSINodes. */
export const csiNode: Strategy<CSINode> = {
  group,
  resource: "csinodes",
  allowUnconditionalUpdate: false,
  columns: [nameColumn, integer("Drivers", "How many drivers it has.", ({ spec }) => spec.drivers.length), ageColumn],
};

/** CSIStorageCapacities. */
export const csiStorageCapacity: Strategy<CSIStorageCapacity> = {
  group,
  resource: "csistoragecapacities",
  allowUnconditionalUpdate: false,
  columns: [
    nameColumn,
    text("StorageClassName", "The storage class.", ({ storageClassName }) => storageClassName),
    text("Capacity", "Room for volumes.", ({ capacity }) =>
      capacity === undefined ? "<unset>" : canonicalQuantity(capacity),
    ),
  ],
};

/** VolumeAttributesClasses. */
export const volumeAttributesClass: Strategy<VolumeAttributesClass> = {
  group,
  resource: "volumeattributesclasses",
  validateUpdate(object, old) {
    const faults: FieldError[] = [];
    checkImmutable(object.driverName, old.driverName, "driverName", faults);
    checkImmutable(object.parameters, old.parameters, "parameters", faults);
    return faults;
  },
  columns: [nameColumn, text("DriverName", "The driver.", ({ driverName }) => driverName), ageColumn],
};
