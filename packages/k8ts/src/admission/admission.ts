/** What an admission plugin is. order.ts lists them; the chain runs all mutators, then all validators. */
import type { DeepReadonly, KubernetesObject, ResourceSchema } from "@k8ts/api";
import type { RequestContext } from "../registry/context.ts";

/** The write that is about to happen. */
export interface AdmissionRequest {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly resource: ResourceSchema;
  /** "" for the object itself. */
  readonly subresource: string;
  /** "" for cluster-scoped resources. */
  readonly namespace: string;
  /** "" where generateName is still to act. */
  readonly name: string;
  /** The new object; undefined for DELETE. Mutators may change it. */
  readonly object: KubernetesObject | undefined;
  readonly oldObject: DeepReadonly<KubernetesObject> | undefined;
  /** CreateOptions, UpdateOptions, DeleteOptions or the connect options. */
  readonly options: unknown;
  readonly dryRun: boolean;
  readonly context: RequestContext;
}

/** One plugin. Throws StatusError (usually Forbidden or Invalid) to refuse. */
export interface AdmissionPlugin {
  /** As upstream: "NamespaceLifecycle". */
  readonly name: string;
  /** False: never asked about this request. Must be cheap. */
  handles(request: AdmissionRequest): boolean;
  /** May change request.object; may be called again (reinvocation), so it must be idempotent. */
  admit?(request: AdmissionRequest): void | Promise<void>;
  /** Sees the final object; may not change it. */
  validate?(request: AdmissionRequest): void | Promise<void>;
}

/** The chain, as the store calls it around a write. */
export interface Admission {
  admit(request: AdmissionRequest): Promise<void>;
  validate(request: AdmissionRequest): Promise<void>;
}
