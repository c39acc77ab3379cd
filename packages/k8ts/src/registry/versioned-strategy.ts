/** A kind's strategy as handlers see it in a version that is not the stored one. */
import type { DeepReadonly, KubernetesObject } from "@k8ts/api";
import type { Conversion } from "./conversion.ts";
import type { Column, Strategy } from "./strategy.ts";

/** The strategy with everything that handlers ask of a finished object asked in the stored version's shape. */
export function versionedStrategy(strategy: Strategy, conversion: Conversion): Strategy {
  // The stored version's defaults and rules run in its own store; here they would meet the wrong shape.
  const { default: _default, columns, rowConditions, fields, ...rest } = strategy;
  if (conversion.sameShape) return strategy;
  const view = (object: DeepReadonly<KubernetesObject>): DeepReadonly<KubernetesObject> =>
    conversion.viewInStorage(object);
  const column = (one: Column): Column => ({ ...one, cell: (object, now) => one.cell(view(object), now) });
  return {
    ...rest,
    ...(columns && { columns: columns.map(column) }),
    ...(rowConditions && { rowConditions: (object) => rowConditions(view(object)) }),
    ...(fields && { fields: (object) => fields(view(object)) }),
  };
}
