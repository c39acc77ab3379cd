/** What a controller is; the runtime beside it does the rest (queue, workers, informers, retries, metrics). */
import type { Clock, DeepReadonly, KubernetesObject, Logger, Metrics, ObjectKey, Random, Resource } from "@k8ts/api";
import type { InformerFactory } from "../cache/informer.ts";
import type { Client } from "../rest/client.ts";
import type { EventRecorder } from "./event-recorder.ts";

/** What reconcile may ask for: look again after so many milliseconds. Nothing: done until something changes. */
export interface ReconcileResult {
  readonly requeueAfter?: number;
}

/** What a controller is handed: the same object in every call from setup to stop, by which it may key its own state. */
export interface ControllerContext {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Aborts when the controller is to stop. */
  readonly signal: AbortSignal;
  /** Puts a key of the controller's own resource in its queue, now or after so many milliseconds. */
  enqueue(key: ObjectKey, after?: number): void;
}

/** A resource to watch beside the controller's own, and whom its changes concern. */
export interface Watch<T = KubernetesObject> {
  readonly resource: Resource<T>;
  /** Keys to reconcile when `object` is added, changed (`old` given; called for both states) or deleted. */
  map(object: DeepReadonly<T>, context: ControllerContext): readonly ObjectKey[];
  /** False: this change concerns nobody. Default: all changes but resyncs. */
  filter?(object: DeepReadonly<T>, old: DeepReadonly<T> | undefined): boolean;
}

/**
 * A controller: reconciles a key, never an event.
 *
 * `reconcile` reads the current state from the listers and moves it one step towards the desired one. It is
 * level-triggered, idempotent, and safe to run after a crash at any line; never runs twice at once for one key. It
 * throws to retry with backoff, throws TerminalError to stop retrying, returns `{ requeueAfter }` to wait.
 */
export interface Controller<T extends KubernetesObject = KubernetesObject> {
  /** As upstream names it: "deployment-controller". */
  readonly name: string;
  /** Its service account in kube-system, where that has another name than the controller itself. */
  readonly serviceAccount?: string;
  /** The controller's own resource; absent where its keys mean something else, all put in the queue by `enqueue`. */
  readonly for?: Resource<T>;
  /** Resources whose objects name a `for` object as their controller: their changes reconcile that owner. */
  readonly owns?: readonly Resource[];
  // A list of watches of several kinds has no one type for their objects.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly watches?: readonly Watch<any>[];
  /** How many keys at once; default 5. */
  readonly workers?: number;
  /** Called once before start: add indexes, make informers of further resources that reconcile reads. */
  setup?(context: ControllerContext): void;
  reconcile(key: ObjectKey, context: ControllerContext): Promise<ReconcileResult | void>;
}

/** Thrown by reconcile: retrying cannot help; wait for a change. */
export class TerminalError extends Error {
  override readonly name = "TerminalError";
}
