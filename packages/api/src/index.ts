/**
 * @k8ts/api: the Kubernetes API as data. The schema tables (packages/api/schema) say what every type looks like; the
 * machinery here reads them to decode, default, validate, patch and encode objects. Nothing here talks to a server,
 * touches a disk or reads a clock of its own, so that servers, nodes, clients and browsers all build on it.
 *
 *     import { parseQuantity, StatusError } from "@k8ts/api";
 *     import { deployments, type Deployment } from "@k8ts/api/apps/v1";
 */
export * from "./machinery/addresses.ts";
export * from "./machinery/clock.ts";
export * from "./machinery/clone.ts";
export * from "./machinery/codec/decode-body.ts";
export { applyDefaults } from "./machinery/codec/defaults.ts";
export * from "./machinery/codec/encode-json.ts";
export { encodeYaml } from "./machinery/codec/encode-yaml.ts";
export * from "./machinery/codec/media-type.ts";
export { decodeProtobuf, encodeProtobuf, encodeProtobufWatchFrame, isProtobuf } from "./machinery/codec/protobuf.ts";
export { ProtobufWriter, wireBytes, wireFixed64, wireVarint } from "./machinery/codec/protobuf-wire.ts";
export * from "./machinery/conditions.ts";
export * from "./machinery/field-error.ts";
export * from "./machinery/field-selector.ts";
export * from "./machinery/hash.ts";
export * from "./machinery/intstr.ts";
export * from "./machinery/label-selector.ts";
export * from "./machinery/meta.ts";
export * from "./machinery/names.ts";
export * from "./machinery/observe.ts";
export * from "./machinery/owners.ts";
export { createStrategicMergePatch } from "./machinery/patch/create-strategic-merge-patch.ts";
export * from "./machinery/patch/decode-patch.ts";
export { applyJsonPatch, type JsonPatchOperation } from "./machinery/patch/json-patch.ts";
export { applyMergePatch, createMergePatch } from "./machinery/patch/merge-patch.ts";
export { applyStrategicMergePatch } from "./machinery/patch/strategic-merge-patch.ts";
export * from "./machinery/quantity.ts";
export * from "./machinery/random.ts";
export * from "./machinery/resource.ts";
export * from "./machinery/schema.ts";
export * from "./machinery/scheme.ts";
export * from "./machinery/status-error.ts";
export * from "./machinery/time.ts";
export * from "./machinery/virtual-clock.ts";
export * from "./machinery/node-selector.ts";
export * from "./machinery/pod-qos.ts";
export * from "./machinery/pod-resources.ts";
export * from "./machinery/tolerations.ts";
