// Generated from the schema table of meta.k8s.io/v1 by scripts/generate-types.ts; do not edit.

export interface APIGroup {
  apiVersion: "v1";
  kind: "APIGroup";
  name: string;
  preferredVersion?: GroupVersionForDiscovery;
  serverAddressByClientCIDRs?: ServerAddressByClientCIDR[];
  versions: GroupVersionForDiscovery[];
}

export interface APIGroupList {
  apiVersion: "v1";
  kind: "APIGroupList";
  groups: APIGroup[];
}

export interface APIResource {
  categories?: string[];
  group?: string;
  kind: string;
  name: string;
  namespaced: boolean;
  shortNames?: string[];
  singularName: string;
  storageVersionHash?: string;
  verbs: string[];
  version?: string;
}

export interface APIResourceList {
  apiVersion: "v1";
  kind: "APIResourceList";
  groupVersion: string;
  resources: APIResource[];
}

export interface APIVersions {
  apiVersion: "v1";
  kind: "APIVersions";
  serverAddressByClientCIDRs: ServerAddressByClientCIDR[];
  versions: string[];
}

export interface Condition {
  /** RFC 3339, whole seconds. */
  lastTransitionTime: string;
  message: string;
  observedGeneration?: number;
  reason: string;
  /** Known values: True, False, Unknown. */
  status: string;
  type: string;
}

export interface CreateOptions {
  apiVersion: "v1";
  kind: "CreateOptions";
  dryRun?: string[];
  fieldManager?: string;
  fieldValidation?: string;
}

export interface DeleteOptions {
  apiVersion: "v1";
  kind: "DeleteOptions";
  dryRun?: string[];
  gracePeriodSeconds?: number;
  ignoreStoreReadErrorWithClusterBreakingPotential?: boolean;
  orphanDependents?: boolean;
  preconditions?: Preconditions;
  /** Known values: Orphan, Background, Foreground. */
  propagationPolicy?: string;
}

export interface FieldSelectorRequirement {
  key: string;
  /** Known values: In, NotIn, Exists, DoesNotExist. */
  operator: string;
  values?: string[];
}

export interface GetOptions {
  apiVersion: "v1";
  kind: "GetOptions";
  resourceVersion?: string;
}

export interface GroupResource {
  group: string;
  resource: string;
}

export interface GroupVersionForDiscovery {
  groupVersion: string;
  version: string;
}

export interface LabelSelector {
  matchExpressions?: LabelSelectorRequirement[];
  matchLabels?: Record<string, string>;
}

export interface LabelSelectorRequirement {
  key: string;
  /** Known values: In, NotIn, Exists, DoesNotExist. */
  operator: string;
  values?: string[];
}

export interface ListMeta {
  continue?: string;
  remainingItemCount?: number;
  resourceVersion?: string;
  selfLink?: string;
  shardInfo?: ShardInfo;
}

export interface ListOptions {
  apiVersion: "v1";
  kind: "ListOptions";
  allowWatchBookmarks?: boolean;
  continue?: string;
  fieldSelector?: string;
  labelSelector?: string;
  limit?: number;
  resourceVersion?: string;
  resourceVersionMatch?: string;
  sendInitialEvents?: boolean;
  shardSelector?: string;
  timeoutSeconds?: number;
  watch?: boolean;
}

export interface ManagedFieldsEntry {
  apiVersion?: string;
  fieldsType?: string;
  fieldsV1?: Record<string, unknown>;
  manager?: string;
  /** Known values: Apply, Update. */
  operation?: string;
  subresource?: string;
  /** RFC 3339, whole seconds. */
  time?: string;
}

export interface ObjectMeta {
  annotations?: Record<string, string>;
  /** RFC 3339, whole seconds. */
  creationTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  /** RFC 3339, whole seconds. */
  deletionTimestamp?: string;
  finalizers?: string[];
  generateName?: string;
  generation?: number;
  labels?: Record<string, string>;
  managedFields?: ManagedFieldsEntry[];
  name?: string;
  namespace?: string;
  ownerReferences?: OwnerReference[];
  resourceVersion?: string;
  selfLink?: string;
  uid?: string;
}

export interface OwnerReference {
  apiVersion: string;
  blockOwnerDeletion?: boolean;
  controller?: boolean;
  kind: string;
  name: string;
  uid: string;
}

export interface PartialObjectMetadata {
  apiVersion: "meta.k8s.io/v1";
  kind: "PartialObjectMetadata";
  metadata: ObjectMeta;
}

export interface PartialObjectMetadataList {
  apiVersion: "meta.k8s.io/v1";
  kind: "PartialObjectMetadataList";
  items: PartialObjectMetadata[];
  metadata: ListMeta;
}

export interface PatchOptions {
  apiVersion: "v1";
  kind: "PatchOptions";
  dryRun?: string[];
  fieldManager?: string;
  fieldValidation?: string;
  force?: boolean;
}

export interface Preconditions {
  resourceVersion?: string;
  uid?: string;
}

export interface ServerAddressByClientCIDR {
  clientCIDR: string;
  serverAddress: string;
}

export interface ShardInfo {
  selector: string;
}

export interface Status {
  apiVersion: "v1";
  kind: "Status";
  code?: number;
  details?: StatusDetails;
  message?: string;
  metadata: ListMeta;
  /** Known values: "", Unauthorized, Forbidden, NotFound, AlreadyExists, Conflict, Gone, Invalid, ServerTimeout, StorageReadError, Timeout, TooManyRequests, BadRequest, MethodNotAllowed, NotAcceptable, RequestEntityTooLarge, UnsupportedMediaType, InternalError, Expired, ServiceUnavailable. */
  reason?: string;
  status?: string;
}

export interface StatusCause {
  field?: string;
  message?: string;
  /** Known values: FieldValueNotFound, FieldValueRequired, FieldValueDuplicate, FieldValueInvalid, FieldValueNotSupported, FieldValueForbidden, FieldValueTooLong, FieldValueTooMany, InternalError, FieldValueTypeInvalid, UnexpectedServerResponse, FieldManagerConflict, ResourceVersionTooLarge. */
  reason?: string;
}

export interface StatusDetails {
  causes?: StatusCause[];
  group?: string;
  kind?: string;
  name?: string;
  retryAfterSeconds?: number;
  uid?: string;
}

export interface Table {
  apiVersion: "meta.k8s.io/v1";
  kind: "Table";
  columnDefinitions: TableColumnDefinition[];
  metadata: ListMeta;
  rows: TableRow[];
}

export interface TableColumnDefinition {
  description: string;
  format: string;
  name: string;
  priority: number;
  type: string;
}

export interface TableRow {
  cells: unknown[];
  conditions?: TableRowCondition[];
  object?: Record<string, unknown>;
}

export interface TableRowCondition {
  message?: string;
  reason?: string;
  /** Known values: True, False, Unknown. */
  status: string;
  /** Known values: Completed. */
  type: string;
}

export interface UpdateOptions {
  apiVersion: "v1";
  kind: "UpdateOptions";
  dryRun?: string[];
  fieldManager?: string;
  fieldValidation?: string;
}

export interface WatchEvent {
  object: Record<string, unknown>;
  type: string;
}

export interface VersionInfo {
  buildDate: string;
  compiler: string;
  emulationMajor?: string;
  emulationMinor?: string;
  gitCommit: string;
  gitTreeState: string;
  gitVersion: string;
  goVersion: string;
  major: string;
  minCompatibilityMajor?: string;
  minCompatibilityMinor?: string;
  minor: string;
  platform: string;
}
