/** What setting up one of a pod's volumes may use. */
import type { DeepReadonly, KubernetesObject, Resource } from "@k8ts/api";
import type { Client } from "@k8ts/client";
import type { NodeFacts } from "../containers/field-reference.ts";
import type { NodeFilesystem } from "../filesystem/node-filesystem.ts";
import type { DesiredPod } from "../pods/pod-spec.ts";

/** The pod and its surroundings. */
export interface SetUpContext {
  readonly pod: DesiredPod;
  readonly files: NodeFilesystem;
  readonly client: Client;
  /** One of the pod's ConfigMaps or Secrets, held from now on; undefined: there is none. */
  object<T extends KubernetesObject>(resource: Resource<T>, name: string): Promise<DeepReadonly<T> | undefined>;
  /** A token of the pod's service account for this audience ("": the API server's). */
  token(audience: string, expirationSeconds: number): Promise<string>;
  facts(): NodeFacts;
}
