/** What the checks of NodeRestriction see of a kubelet's write. */
import { deepEqual, notFound, type DeepReadonly } from "@k8ts/api";
import type { Pod } from "@k8ts/api/core/v1";
import type { AdmissionRequest } from "../../admission.ts";
import { find } from "../../lookup.ts";
import type { AdmissionParts } from "../../parts.ts";
import { refuse } from "../../requests.ts";

/** A write by the kubelet of the node `name`. */
export interface NodeWrite {
  readonly name: string;
  /** The name in quotes, as messages have it. */
  readonly quoted: string;
  readonly request: AdmissionRequest;
  readonly parts: AdmissionParts;
  /** Throws Forbidden. */
  refused(detail: string): never;
}

/** One check; throws to refuse. */
export type NodeCheck = (write: NodeWrite) => void | Promise<void>;

/** A request seen as a kubelet's. */
export function nodeWrite(name: string, request: AdmissionRequest, parts: AdmissionParts): NodeWrite {
  return {
    name,
    quoted: JSON.stringify(name),
    request,
    parts,
    refused(detail) {
      throw refuse(request, detail);
    },
  };
}

/** A pod of the request's namespace; NotFound where there is none. */
export function existingPod({ parts, request }: NodeWrite, name: string): DeepReadonly<Pod> {
  const pod = find<Pod>(parts.lookup, "", "pods", request.namespace, name);
  if (!pod) throw notFound({ group: "", resource: "pods" }, name);
  return pod;
}

/** Equality that takes a missing list or map for an empty one. */
export function sameContent(a: unknown, b: unknown): boolean {
  return deepEqual(withoutEmpty(a), withoutEmpty(b));
}

const withoutEmpty = (value: unknown): unknown =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0 ? undefined : value;
