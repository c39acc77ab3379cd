/** Nobody makes the garbage collector delete, or keep, what they may not delete or finalize themselves. */
import { deepEqual, scheme, type DeepReadonly } from "@k8ts/api";
import type { OwnerReference } from "@k8ts/api/meta/v1";
import { resourceAttributes } from "../../auth/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import type { AdmissionParts } from "../parts.ts";
import { refuse } from "../requests.ts";

type Owners = readonly DeepReadonly<OwnerReference>[];

function newlyBlocking(owners: Owners, before: Owners): Owners {
  return owners.filter(
    ({ uid, blockOwnerDeletion }) =>
      blockOwnerDeletion && !before.some((old) => old.uid === uid && old.blockOwnerDeletion),
  );
}

async function checkFinalizers(
  request: AdmissionRequest,
  owner: DeepReadonly<OwnerReference>,
  { authorize }: AdmissionParts,
): Promise<void> {
  const [group, version] = owner.apiVersion.includes("/") ? owner.apiVersion.split("/") : ["", owner.apiVersion];
  const resource = scheme.resources().find((one) => one.group === group && one.kind === owner.kind);
  if (!resource) {
    const detail = `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${owner.apiVersion} Kind ${owner.kind}: no matches for kind ${JSON.stringify(owner.kind)} in version ${JSON.stringify(owner.apiVersion)}`;
    throw refuse(request, detail);
  }
  const target = {
    group: group ?? "",
    version: version ?? "",
    resource: resource.resource,
    subresource: "finalizers",
    name: owner.name,
    namespace: resource.namespaced ? request.namespace : "",
  };
  const { decision, reason } = await authorize(resourceAttributes(request.context.user, "update", target));
  if (decision === "allow") return;
  const detail = `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${reason}, <nil>`;
  throw refuse(request, detail);
}

/** OwnerReferencesPermissionEnforcement. */
export function ownerReferencesPermissionEnforcement(parts: AdmissionParts): AdmissionPlugin {
  return {
    name: "OwnerReferencesPermissionEnforcement",
    handles: ({ operation }) => operation === "CREATE" || operation === "UPDATE",
    async validate(request) {
      const { resource, subresource, namespace, name, context } = request;
      const owners = request.object?.metadata?.ownerReferences ?? [];
      const before = request.oldObject?.metadata.ownerReferences ?? [];
      if (deepEqual(owners, before)) return;
      if (request.operation === "UPDATE") {
        const target = { ...resource, subresource, namespace, name };
        const { decision, reason } = await parts.authorize(resourceAttributes(context.user, "delete", target));
        if (decision !== "allow") {
          throw refuse(request, `cannot set an ownerRef on a resource you can't delete: ${reason}, <nil>`);
        }
      }
      const blocking = newlyBlocking(owners, before);
      if (blocking.length === 0) return;
      const everything = { group: "*", version: "*", resource: "*", subresource: "finalizers", name: "*" };
      const all = await parts.authorize(resourceAttributes(context.user, "update", everything));
      if (all.decision === "allow") return;
      for (const owner of blocking) await checkFinalizers(request, owner, parts);
    },
  };
}
