/**
 * What the generic store must know of a kind beyond its schema. Every kind is one annotated constant of this shape;
 * strategies.ts lists those that differ from the default strategy.
 */
import type { DeepReadonly, FieldError, KubernetesObject, ResourceSchema } from "@k8ts/api";
import type { RequestContext } from "./context.ts";

/** A column of `kubectl get`. */
export interface Column<T = KubernetesObject> {
  /** As printed: "Name", "Up-to-date". */
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format?: string;
  readonly description: string;
  /** 0: always shown; 1: with -o wide. */
  readonly priority?: number;
  /** `now` in milliseconds, for ages. */
  cell(object: DeepReadonly<T>, now: number): string | number | boolean | null;
}

/** How a subresource that reads and writes the whole object (status, resize, approval …) takes an update. */
export interface UpdateStrategy<T> {
  /** True where metadata.generation stays although the spec changes: nobody has asked for another spec. Default false. */
  readonly keepsGeneration?: boolean;
  /** Keeps of `object` only what this subresource may change; the rest comes from `old`. Mutates `object`. */
  prepareForUpdate(object: T, old: DeepReadonly<T>, context: RequestContext): void;
  validateUpdate?(object: DeepReadonly<T>, old: DeepReadonly<T>, context: RequestContext): FieldError[];
}

/** What a write took outside its object. The store calls exactly one of the two, once. */
export interface StrategyTransaction {
  /** The object is stored. */
  commit(): void;
  /** The write failed or was refused: give everything back. */
  revert(): void;
}

/** Why a row of `kubectl get` may be dimmed or left out: a condition of the Table row. */
export interface RowCondition {
  readonly type: "Completed";
  readonly status: "True";
  readonly reason: string;
  readonly message: string;
}

/**
 * What a kind may say. Where a resource is served in several versions, hooks see the storage version's shape
 * (storage-versions.ts). The store checks metadata itself: `validate*` is about the rest. Without `validateUpdate`, an
 * update is held to `validate`. Hooks are pure but for `prepare*`, `default` and `normalize`, which mutate `object`. */
export interface Strategy<T extends KubernetesObject = KubernetesObject> {
  /** Group ("" for core) and plural of the resource this strategy serves, in every version. */
  readonly group: string;
  readonly resource: string;
  /** Defaults that depend on other fields; runs after the table's `default=`, on every decoded object. Idempotent. */
  default?(object: T): void;
  /** After mutating admission, on create: clear status, set what the server sets. */
  prepareForCreate?(object: T, context: RequestContext): void;
  /** After mutating admission, on update of the object itself: keep status, raise nothing (the store raises generation). */
  prepareForUpdate?(object: T, old: DeepReadonly<T>, context: RequestContext): void;
  /** True where metadata.generation rises when anything but metadata and status changes. */
  readonly generation?: boolean;
  /**
   * Takes what a write needs outside its object (a Service's cluster IPs and node ports) and notes it in `object`. Called
   * after mutating admission and right before validation; `old` is undefined on create. Throws StatusError to refuse.
   */
  begin?(
    object: T,
    old: DeepReadonly<T> | undefined,
    context: RequestContext,
    dryRun: boolean,
  ): StrategyTransaction | undefined;
  /** Called when an object has left storage for good: gives back what `begin` took. Never called on a dry run. */
  released?(object: DeepReadonly<T>): void;
  /** After mutating admission. Errors in upstream's words and order. */
  validate?(object: DeepReadonly<T>, context: RequestContext): FieldError[];
  validateUpdate?(object: DeepReadonly<T>, old: DeepReadonly<T>, context: RequestContext): FieldError[];
  /** Texts for Warning headers. */
  warnings?(object: DeepReadonly<T>, old: DeepReadonly<T> | undefined): string[];
  /** Name rule: default is a DNS subdomain. */
  validateName?(name: string, isPrefix: boolean): string[];
  /** Selectable fields beyond metadata.name and metadata.namespace, as strings. */
  fields?(object: DeepReadonly<T>): Record<string, string>;
  /** Names of the fields above: an unknown field in a selector is an error. */
  readonly fieldNames?: readonly string[];
  /**
   * Grace in seconds for a delete that asked for `requested`; undefined or 0: delete at once. Only Pods (and kinds that
   * wait for somebody to finish them) have this.
   */
  gracePeriod?(object: DeepReadonly<T>, requested: number | undefined): number;
  /** Called when a deletion begins that does not remove the object at once (grace, finalizers), to mark the object. */
  beginGracefulDeletion?(object: T): void;
  /** True while the object's own spec keeps it after its deletion began (a Namespace's spec.finalizers). */
  holdsDeletion?(object: DeepReadonly<T>): boolean;
  /** Seconds after which an object that nobody has written since is removed (Events: 3600). Default: never. */
  readonly ttlSeconds?: number;
  /** Finalizer that delete adds by default (orphan on some old kinds): none today. */
  readonly defaultGarbagePolicy?: "Background" | "Orphan";
  /** True where PUT (and apply) may create. */
  readonly allowCreateOnUpdate?: boolean;
  /** True where an update may leave resourceVersion out. Default true. */
  readonly allowUnconditionalUpdate?: boolean;
  readonly columns?: readonly Column<T>[];
  /** Conditions of the object's row in a Table. */
  rowConditions?(object: DeepReadonly<T>): readonly RowCondition[];
  readonly status?: UpdateStrategy<T>;
  /** Further subresources that read and write the whole object: { resize, ephemeralcontainers, approval, finalize }. */
  readonly subresources?: Readonly<Record<string, UpdateStrategy<T>>>;
  /** Where the scale subresource finds its numbers. */
  readonly scale?: ScalePaths<T>;
}

/** How autoscaling/v1 Scale maps onto a kind. */
export interface ScalePaths<T> {
  replicas(object: DeepReadonly<T>): number;
  setReplicas(object: T, replicas: number): void;
  statusReplicas(object: DeepReadonly<T>): number;
  /** Label selector in string form. */
  selector(object: DeepReadonly<T>): string;
}

/** A strategy bound to the resource it serves. */
export interface BoundStrategy {
  readonly resource: ResourceSchema;
  readonly strategy: Strategy;
}
