/**
 * Conversion between a resource's versions: always one step, to the stored version or from it. Where the shapes are the
 * same, only apiVersion changes. Converters make new objects and share what they do not change, so their input may be
 * shared but must stay as it is.
 */
import type { DeepReadonly, KubernetesObject, ResourceSchema } from "@k8ts/api";
import type { Converter, Fields } from "./conversion-fields.ts";
import { eventConverter } from "./conversion-event.ts";
import { horizontalPodAutoscalerConverter } from "./conversion-hpa.ts";
import {
  resourceClaimConverter,
  resourceClaimTemplateConverter,
  resourceSliceConverter,
} from "./conversion-resource.ts";

const sameShape: Converter = { toStorage: (object) => object, fromStorage: (object) => object };

/** Versions whose shape differs from the stored one, by `group/version/plural`. */
const converters: Readonly<Record<string, Converter>> = {
  "events.k8s.io/v1/events": eventConverter,
  "autoscaling/v1/horizontalpodautoscalers": horizontalPodAutoscalerConverter,
  "resource.k8s.io/v1beta1/resourceclaims": resourceClaimConverter,
  "resource.k8s.io/v1beta1/resourceclaimtemplates": resourceClaimTemplateConverter,
  "resource.k8s.io/v1beta1/resourceslices": resourceSliceConverter,
};

/** Between one served version and the stored one. */
export class Conversion {
  readonly #served: ResourceSchema;
  readonly #stored: ResourceSchema;
  readonly #converter: Converter;
  readonly #served4stored = new WeakMap<object, KubernetesObject>();
  readonly #stored4served = new WeakMap<object, KubernetesObject>();

  constructor(served: ResourceSchema, stored: ResourceSchema) {
    this.#served = served;
    this.#stored = stored;
    this.#converter = converters[`${served.group}/${served.version}/${served.resource}`] ?? sameShape;
  }

  /** True where only apiVersion differs. */
  get sameShape(): boolean {
    return this.#converter === sameShape;
  }

  get fields(): Converter["fields"] {
    return this.#converter.fields;
  }

  /** A new object in the stored version. */
  toStorage(object: DeepReadonly<KubernetesObject>): KubernetesObject {
    const { kind, groupVersion } = this.#stored;
    const converted = this.#converter.toStorage(object as unknown as Fields);
    return retyped(converted, kind, groupVersion);
  }

  /** A shared object in the served version, made once for each stored one. */
  fromStorage(object: DeepReadonly<KubernetesObject>): DeepReadonly<KubernetesObject> {
    const known = this.#served4stored.get(object);
    if (known) return known;
    const { kind, groupVersion } = this.#served;
    const converted = retyped(this.#converter.fromStorage(object as unknown as Fields), kind, groupVersion);
    this.#served4stored.set(object, converted);
    return converted;
  }

  /** The stored shape of a shared object, made once: for hooks that know only that one. */
  viewInStorage(object: DeepReadonly<KubernetesObject>): DeepReadonly<KubernetesObject> {
    const known = this.#stored4served.get(object);
    if (known) return known;
    const converted = this.toStorage(object);
    this.#stored4served.set(object, converted);
    return converted;
  }
}

function retyped(object: Fields, kind: string, apiVersion: string): KubernetesObject {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  return { kind, apiVersion, metadata, ...rest } as unknown as KubernetesObject;
}
