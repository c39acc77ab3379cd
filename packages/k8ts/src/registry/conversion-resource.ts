/**
 * Dynamic resource allocation: v1beta1 wraps a device's facts in `basic` and lets a request stand without `exactly`; v1
 * and v1beta2 do it the other way round.
 */
import { defined, withField, withItems, type Converter, type Fields } from "./conversion-fields.ts";

/** What v1beta1 says of a single request directly, and v1 within `exactly`. */
const exactFields = [
  "deviceClassName",
  "selectors",
  "allocationMode",
  "count",
  "adminAccess",
  "tolerations",
  "capacity",
] as const;

function requestToStorage(request: Fields): Fields {
  const exactly = defined(Object.fromEntries(exactFields.map((field) => [field, request[field]])));
  const rest = Object.fromEntries(Object.entries(request).filter(([field]) => !exactFields.includes(field as never)));
  return Object.keys(exactly).length > 0 ? { ...rest, exactly } : rest;
}

function requestFromStorage({ exactly, ...rest }: Fields): Fields {
  return { ...rest, ...(exactly as Fields | undefined) };
}

const inDevices = (convert: (request: Fields) => Fields) => (spec: Fields) =>
  withField(spec, "devices", (devices) => withItems(devices, "requests", convert));

function deviceToStorage({ basic, ...rest }: Fields): Fields {
  return { ...rest, ...(basic as Fields | undefined) };
}

function deviceFromStorage({ name, ...basic }: Fields): Fields {
  return { name, basic };
}

/** Where v1 tells "absent" from "false" and "", v1beta1 does not. */
const sliceToStorage = (spec: Fields): Fields =>
  withItems(
    defined({ ...spec, nodeName: spec["nodeName"] || undefined, allNodes: spec["allNodes"] || undefined }),
    "devices",
    deviceToStorage,
  );

/** Claims, between v1beta1 and v1. */
export const resourceClaimConverter: Converter = {
  toStorage: (claim) => withField(claim, "spec", inDevices(requestToStorage)),
  fromStorage: (claim) => withField(claim, "spec", inDevices(requestFromStorage)),
};

/** Templates of claims, between v1beta1 and v1. */
export const resourceClaimTemplateConverter: Converter = {
  toStorage: (template) => withField(template, "spec", resourceClaimConverter.toStorage),
  fromStorage: (template) => withField(template, "spec", resourceClaimConverter.fromStorage),
};

/** Slices, between v1beta1 and v1. */
export const resourceSliceConverter: Converter = {
  toStorage: (slice) => withField(slice, "spec", sliceToStorage),
  fromStorage: (slice) => withField(slice, "spec", (spec) => withItems(spec, "devices", deviceFromStorage)),
};
