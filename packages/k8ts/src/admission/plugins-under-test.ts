/** What the plugins' tests share: a chain over a handful of objects, and the requests made of it. */
import { scheme, seededRandom, StatusError, VirtualClock, type KubernetesObject } from "@k8ts/api";
import type { Admission, AdmissionRequest } from "./admission.ts";
import { createAdmission } from "./index.ts";

type Parts = Parameters<typeof createAdmission>[0];

/** A chain that sees these objects. */
export function chainOver(objects: readonly KubernetesObject[] = [], options: Partial<Parts> = {}): Admission {
  const resourceOf = (group: string, resource: string): readonly KubernetesObject[] => {
    const kinds = scheme.resources().filter((one) => one.group === group && one.resource === resource);
    return objects.filter((one) =>
      kinds.some((kind) => kind.groupVersion === one.apiVersion && kind.kind === one.kind),
    );
  };
  return createAdmission({
    lookup: (group, resource) => ({
      get: (namespace, name) =>
        resourceOf(group, resource).find(
          ({ metadata }) => metadata.name === name && (metadata.namespace ?? "") === namespace,
        ),
      list: (namespace) =>
        resourceOf(group, resource).filter(({ metadata }) => namespace === "" || metadata.namespace === namespace),
    }),
    authorize: () => ({ decision: "no opinion", reason: "" }),
    changeStatus: () => Promise.resolve(),
    ...options,
  });
}

/** What every test cluster has. */
export const basics: readonly KubernetesObject[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } },
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "default" } },
];

/** The creation of an object, or where there is an old one its update. */
export function requestOf(object: KubernetesObject, more: Partial<AdmissionRequest> = {}): AdmissionRequest {
  const resource = scheme
    .resources()
    .find((one) => one.groupVersion === object.apiVersion && one.kind === object.kind)!;
  return {
    operation: more.oldObject ? "UPDATE" : "CREATE",
    resource,
    subresource: "",
    namespace: object.metadata.namespace ?? "",
    name: object.metadata.name ?? "",
    object,
    oldObject: undefined,
    options: {},
    dryRun: false,
    context: contextOf("admin"),
    ...more,
  };
}

/** Who asks. */
export function contextOf(name: string, groups: readonly string[] = []): AdmissionRequest["context"] {
  return {
    user: { name, groups },
    requestId: "1",
    clock: new VirtualClock(),
    random: seededRandom(1),
    signal: new AbortController().signal,
    warnings: [],
  };
}

/** The words of the refusal; "" where the request is let through. */
export async function refusalOf(chain: Admission, request: AdmissionRequest): Promise<string> {
  try {
    await chain.admit(request);
    await chain.validate(request);
    return "";
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return error.status.message ?? "";
  }
}
