/** What plugins ask of a request, and how they refuse one. */
import { forbidden, type KubernetesObject, type StatusError } from "@k8ts/api";
import type { AdmissionRequest } from "./admission.ts";

/** True where the request is about this resource of the group, itself or its subresource. */
export function isFor(request: AdmissionRequest, group: string, resource: string, subresource = ""): boolean {
  return (
    request.resource.resource === resource && request.resource.group === group && request.subresource === subresource
  );
}

/** The new object, as what the plugin knows it to be. */
export function objectOf<T extends KubernetesObject>(request: AdmissionRequest): T {
  return request.object as unknown as T;
}

/** The stored object, as what the plugin knows it to be. */
export function oldObjectOf<T extends KubernetesObject>(request: AdmissionRequest): T {
  return request.oldObject as unknown as T;
}

/** A refusal in the words of the API: the object's name, or what its name will start with. */
export function refuse(request: AdmissionRequest, detail: string): StatusError {
  const { name, generateName } = request.object?.metadata ?? {};
  return forbidden(request.resource, request.name || name || generateName || "Unknown", detail);
}
