/**
 * Which generations of its slices a Service's last writes made. Until the cache shows them, reconciling would plan on the
 * past: create slices twice, or write what was just written.
 */
import type { ObjectKey } from "@k8ts/api";
import { keyText } from "../keys.ts";
import { serviceNameLabel, type ReadSlice } from "./endpointslice-plan.ts";

const toBeDeleted = -1;

/** Generations by Service and slice uid. */
export class SliceTracker {
  readonly #byService = new Map<string, Map<string, number>>();

  /** A write made this state. */
  wrote(slice: ReadSlice): void {
    this.#of(slice).set(slice.metadata.uid ?? "", slice.metadata.generation ?? 0);
  }

  /** A delete is about to be asked for. */
  deleting(slice: ReadSlice): void {
    this.#of(slice).set(slice.metadata.uid ?? "", toBeDeleted);
  }

  /** The cache dropped a slice; true where this controller did not ask for it. */
  deleted(slice: ReadSlice): boolean {
    const generations = this.#byService.get(keyText(serviceOf(slice)));
    const uid = slice.metadata.uid ?? "";
    const generation = generations?.get(uid);
    generations?.delete(uid);
    return generation !== undefined && generation !== toBeDeleted;
  }

  /** True for a slice that somebody else made or changed since this controller's last write. */
  isNews(slice: ReadSlice): boolean {
    const known = this.#byService.get(keyText(serviceOf(slice)))?.get(slice.metadata.uid ?? "");
    return known === undefined || (slice.metadata.generation ?? 0) > known;
  }

  /** True while the cache's slices of a Service lag behind this controller's writes. */
  isStale(service: ObjectKey, slices: readonly ReadSlice[]): boolean {
    const generations = this.#byService.get(keyText(service));
    if (!generations) return false;
    const seen = new Set<string>();
    for (const { metadata } of slices) {
      const uid = metadata.uid ?? "";
      seen.add(uid);
      const known = generations.get(uid);
      if (known !== undefined && (known === toBeDeleted || known > (metadata.generation ?? 0))) return true;
    }
    for (const [uid, known] of generations) if (known !== toBeDeleted && !seen.has(uid)) return true;
    return false;
  }

  /** The Service is gone. */
  forget(service: ObjectKey): void {
    this.#byService.delete(keyText(service));
  }

  #of(slice: ReadSlice): Map<string, number> {
    const key = keyText(serviceOf(slice));
    let generations = this.#byService.get(key);
    if (!generations) this.#byService.set(key, (generations = new Map()));
    return generations;
  }
}

/** The Service that a slice's label names; its name is "" where it has none. */
export function serviceOf(slice: ReadSlice): ObjectKey {
  return { namespace: slice.metadata.namespace ?? "", name: slice.metadata.labels?.[serviceNameLabel] ?? "" };
}
