/** Builders for printer columns, so that a kind's columns read as a table. */
import type { DeepReadonly, KubernetesObject } from "@k8ts/api";
import type { Container, PodTemplateSpec } from "@k8ts/api/core/v1";
import type { LabelSelector } from "@k8ts/api/meta/v1";
import type { Column } from "../strategy.ts";
import { timeSince } from "./human-duration.ts";
import { formatLabels, formatLabelSelector } from "./label-text.ts";

type Cell<T, V> = (object: DeepReadonly<T>, now: number) => V;

/** A column of text. */
export function text<T = KubernetesObject>(name: string, description: string, cell: Cell<T, string>): Column<T> {
  return { name, type: "string", description, cell };
}

/** A column of text that upstream fills with a number: kubectl aligns it the same way. */
export function textOf<T>(name: string, description: string, cell: Cell<T, string | number>): Column<T> {
  return { name, type: "string", description, cell };
}

/** A column of whole numbers; undefined prints as 0. */
export function integer<T>(name: string, description: string, cell: Cell<T, number | undefined>): Column<T> {
  return { name, type: "integer", description, cell: (object, now) => cell(object, now) ?? 0 };
}

/** A column of true and false; undefined prints as false. */
export function flag<T>(name: string, description: string, cell: Cell<T, boolean | undefined>): Column<T> {
  return { name, type: "boolean", description, cell: (object, now) => cell(object, now) ?? false };
}

/** The same column, shown only with -o wide. */
export function wide<T>(column: Column<T>): Column<T> {
  return { ...column, priority: 1 };
}

/** Every kind's first column. */
export const nameColumn: Column<KubernetesObject> = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name of the object, unique within its namespace.",
  cell: (object) => object.metadata.name ?? "",
};

/** Name with "(default)" behind it where `isDefault`. */
export function nameWithDefault<T extends KubernetesObject>(
  isDefault: (object: DeepReadonly<T>) => boolean,
): Column<T> {
  return {
    ...nameColumn,
    cell: (object) => {
      const name = (object as DeepReadonly<KubernetesObject>).metadata.name ?? "";
      return isDefault(object) ? `${name} (default)` : name;
    },
  };
}

/** Time since creation. */
export const ageColumn: Column<KubernetesObject> = {
  name: "Age",
  type: "string",
  description: "Time since the object was created.",
  cell: (object, now) => timeSince(object.metadata.creationTimestamp, now),
};

/** What kinds without columns of their own show. */
export const defaultColumns: readonly Column[] = [nameColumn, ageColumn];

const joined = (containers: readonly DeepReadonly<Container>[] | undefined, of: "name" | "image"): string =>
  (containers ?? []).map((container) => container[of] ?? "").join(",");

/** The wide columns "Containers" and "Images" of everything that has a pod template. */
export function containerColumns<T>(
  template: (object: DeepReadonly<T>) => DeepReadonly<PodTemplateSpec> | undefined,
): readonly Column<T>[] {
  return [
    wide(
      text("Containers", "Names of the containers of the pod template.", (object) =>
        joined(template(object)?.spec?.containers, "name"),
      ),
    ),
    wide(
      text("Images", "Images of the containers of the pod template.", (object) =>
        joined(template(object)?.spec?.containers, "image"),
      ),
    ),
  ];
}

/** The wide column "Selector" of everything with a label selector. */
export function selectorColumn<T>(
  selector: (object: DeepReadonly<T>) => DeepReadonly<LabelSelector> | undefined,
): Column<T> {
  return wide(text("Selector", "Pods that belong to the object.", (object) => formatLabelSelector(selector(object))));
}

/** The wide column "Selector" of kinds that select by a plain map of labels. */
export function mapSelectorColumn<T>(
  selector: (object: DeepReadonly<T>) => Readonly<Record<string, string>> | undefined,
): Column<T> {
  return wide(
    text("Selector", "Labels of the pods that belong to the object.", (object) => formatLabels(selector(object))),
  );
}
