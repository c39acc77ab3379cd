/** LimitRanges: what the store must know of them. */
import {
  compareQuantities,
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { LimitRange, LimitRangeItem } from "@k8ts/api/core/v1";
import { checkRequired } from "../meta/field-checks.ts";
import { checkResourceAmount } from "../meta/resource-names.ts";
import type { Strategy } from "../strategy.ts";

type In<T> = DeepReadonly<T>;
type Bound = "max" | "min" | "default" | "defaultRequest";

/** Of containers: what is given at most is what they get, and what they get is what they ask for. */
function setDefaults({ spec }: LimitRange): void {
  for (const item of spec?.limits ?? []) {
    if (item.type !== "Container") continue;
    item.default = { ...item.max, ...item.default };
    item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest };
  }
}

function checkItem(item: In<LimitRangeItem>, path: string, faults: FieldError[]): void {
  for (const field of ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] as const) {
    for (const [name, amount] of Object.entries(item[field] ?? {})) {
      checkResourceAmount(name, amount, `${path}.${field}[${name}]`, faults);
    }
  }
  if (item.type === "Pod") {
    if (Object.keys(item.default ?? {}).length > 0) {
      faults.push(fieldForbidden(`${path}.default`, "may not be specified when `type` is 'Pod'"));
    }
    if (Object.keys(item.defaultRequest ?? {}).length > 0) {
      faults.push(fieldForbidden(`${path}.defaultRequest`, "may not be specified when `type` is 'Pod'"));
    }
  }
  if (item.type === "PersistentVolumeClaim" && !item.min?.["storage"] && !item.max?.["storage"]) {
    faults.push(
      fieldRequired(`${path}.limits`, "either minimum or maximum storage value is required, but neither was provided"),
    );
  }
  const names = ["max", "min", "default", "defaultRequest"].flatMap((field) => Object.keys(item[field as Bound] ?? {}));
  for (const name of new Set(names)) checkOrder(item, name, path, faults);
}

/** min <= defaultRequest <= default <= max. */
function checkOrder(item: In<LimitRangeItem>, name: string, path: string, faults: FieldError[]): void {
  const order: readonly [Bound, Bound, Bound, string, string][] = [
    ["min", "max", "min", "min", "max"],
    ["min", "defaultRequest", "defaultRequest", "min", "default request"],
    ["defaultRequest", "max", "defaultRequest", "default request", "max"],
    ["defaultRequest", "default", "defaultRequest", "default request", "default limit"],
    ["min", "default", "default", "min", "default limit"],
    ["default", "max", "default", "default limit", "max"],
  ];
  const words: Record<string, string> = {
    min: "min value",
    max: "max value",
    "default request": "default request value",
    "default limit": "default limit value",
  };
  for (const [low, high, blamed, lowWord, highWord] of order) {
    const [a, b] = [item[low]?.[name], item[high]?.[name]];
    if (a === undefined || b === undefined || compareQuantities(a, b) <= 0) continue;
    const detail = `${words[lowWord]} ${a} is greater than ${words[highWord]} ${b}`;
    faults.push(fieldInvalid(`${path}.${blamed}[${name}]`, item[blamed]?.[name], detail));
  }
}

function validate({ spec }: In<LimitRange>): FieldError[] {
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  spec?.limits?.forEach((item, index) => {
    const path = `spec.limits[${index}]`;
    checkRequired(item.type, `${path}.type`, faults);
    if (seen.has(item.type)) faults.push(fieldDuplicate(`${path}.type`, item.type));
    seen.add(item.type);
    checkItem(item, path, faults);
  });
  return faults;
}

/** LimitRanges. */
export const limitRange: Strategy<LimitRange> = {
  group: "",
  resource: "limitranges",
  allowCreateOnUpdate: true,
  default: setDefaults,
  prepareForCreate(object, { random }) {
    if (!object.metadata.name && !object.metadata.generateName) object.metadata.name = random.uuid();
  },
  validate,
  columns: [
    {
      name: "Name",
      type: "string",
      format: "name",
      description: "Name of the object, unique within its namespace.",
      cell: ({ metadata }) => metadata.name ?? "",
    },
    {
      name: "Created At",
      type: "date",
      description: "When the object was created.",
      cell: ({ metadata }) => metadata.creationTimestamp ?? "",
    },
  ],
};
