/** The scale subresource: autoscaling/v1 Scale over the numbers that a kind's strategy names. */
import {
  cloneJson,
  conflict,
  fieldInvalid,
  invalid,
  notFound,
  patchMediaType,
  patchObject,
  type DeepReadonly,
  type KubernetesObject,
} from "@k8ts/api";
import type { Scale } from "@k8ts/api/autoscaling/v1";
import type { ScalePaths } from "../../registry/strategy.ts";
import { writeOptions, type WriteOptions } from "../query.ts";
import type { Answer, ResourceCall } from "../resource-call.ts";
import { decodeObject, matchName } from "../verbs/decode-object.ts";
import type { Subresource } from "./subresource.ts";

type Shared = DeepReadonly<KubernetesObject>;

function scaleOf(object: Shared, paths: ScalePaths<KubernetesObject>): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: paths.replicas(object) },
    status: { replicas: paths.statusReplicas(object), selector: paths.selector(object) },
  } as Scale;
}

function checkScale(call: ResourceCall, scale: Scale, current: Shared): void {
  const replicas = scale.spec?.replicas ?? 0;
  if (replicas < 0) {
    const fault = fieldInvalid("spec.replicas", replicas, "must be greater than or equal to 0");
    throw invalid({ group: "autoscaling", kind: "Scale" }, call.name, [fault]);
  }
  const { uid } = scale.metadata;
  if (uid && uid !== current.metadata.uid) {
    const resource = { group: call.resource.group, resource: `${call.resource.resource}/scale` };
    const detail = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`;
    throw conflict(resource, call.name, detail);
  }
}

/** Writes the replicas of the Scale that `next` makes of the current one. */
async function write(
  call: ResourceCall,
  paths: ScalePaths<KubernetesObject>,
  options: WriteOptions,
  next: (current: Scale) => Scale,
): Promise<Answer> {
  const change = (current: Shared | undefined): KubernetesObject => {
    if (!current) throw notFound(call.resource, call.name);
    const before = scaleOf(current, paths);
    const scale = next(before);
    checkScale(call, scale, current);
    const object = cloneJson<KubernetesObject>(current);
    paths.setReplicas(object, scale.spec?.replicas ?? 0);
    // The copy has the current version; a Scale that names another one is a conflict.
    if (scale.metadata.resourceVersion) object.metadata.resourceVersion = scale.metadata.resourceVersion;
    return object;
  };
  const { dryRun } = options;
  const mutation = { dryRun, subresource: "scale", options: { ...options.object, kind: "UpdateOptions" } };
  const { entry } = await call.store.update(call.context, call.namespace, call.name, change, mutation);
  return { type: "object", status: 200, object: scaleOf(entry.object(), paths) };
}

/** The subresource for a kind whose strategy has `scale`. */
export function scale(paths: ScalePaths<KubernetesObject>): Subresource {
  return {
    verbs: {
      get: async (call) => {
        const version = call.query.first("resourceVersion");
        const entry = await call.store.get(call.context, call.namespace, call.name, version);
        return { type: "object", status: 200, object: scaleOf(entry.object(), paths) };
      },
      update: async (call) => {
        const options = writeOptions(call.query, "UpdateOptions");
        const wanted = decodeObject(call, options);
        matchName(call, wanted);
        return write(call, paths, options, () => wanted as unknown as Scale);
      },
      patch: async (call) => {
        const options = writeOptions(call.query, "PatchOptions", patchMediaType(call.body.contentType));
        const document = call.body.patch(options.fieldValidation);
        const { scheme } = call.services;
        const struct = scheme.structForKind("autoscaling/v1", "Scale")!;
        return write(call, paths, options, (current) => {
          const shared = current as unknown as KubernetesObject;
          const { object, warnings } = patchObject(scheme, struct, shared, document, options.fieldValidation);
          call.context.warnings.push(...warnings);
          matchName(call, object);
          return object as unknown as Scale;
        });
      },
    },
  };
}
