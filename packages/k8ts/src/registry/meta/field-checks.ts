/** Checks of single fields that many kinds share. Each appends what is wrong to `faults`, in upstream's words. */
import { deepEqual, fieldInvalid, fieldNotSupported, fieldRequired, isPercent, type FieldError } from "@k8ts/api";

/** A change of something that may not change. */
export const immutableDetail = "field is immutable";
/** A number below zero. */
export const negativeDetail = "must be greater than or equal to 0";
/** Mode bits of a volume's file. */
export const fileModeDetail = "must be a number between 0 and 0777 (octal), both inclusive";

/** A name rule: faults in the API's words. */
export type NameRule = (value: string) => string[];

/** `value` must satisfy `rule`. */
export function checkFormat(value: string, rule: NameRule, path: string, faults: FieldError[]): void {
  for (const detail of rule(value)) faults.push(fieldInvalid(path, value, detail));
}

/** `value` must be there and satisfy `rule`. */
export function checkRequiredFormat(
  value: string | undefined,
  rule: NameRule,
  path: string,
  faults: FieldError[],
): void {
  if (!value) faults.push(fieldRequired(path));
  else checkFormat(value, rule, path, faults);
}

/** `value` must be there: not empty. */
export function checkRequired(value: unknown, path: string, faults: FieldError[], detail = ""): void {
  if (value === undefined || value === null || value === "") faults.push(fieldRequired(path, detail));
}

/** `value` must be one of `supported` (in the order the message lists them). */
export function checkSupported(
  value: string | undefined,
  supported: readonly string[],
  path: string,
  faults: FieldError[],
): void {
  if (value === undefined || !supported.includes(value)) {
    faults.push(fieldNotSupported(path, value ?? "", supported));
  }
}

/** As checkSupported, but an empty value is missing rather than unsupported. */
export function checkRequiredSupported(
  value: string | undefined,
  supported: readonly string[],
  path: string,
  faults: FieldError[],
): void {
  if (!value) faults.push(fieldRequired(path));
  else checkSupported(value, supported, path, faults);
}

/** A number may not be negative; undefined is fine. */
export function checkNonnegative(value: number | undefined, path: string, faults: FieldError[]): void {
  if (value !== undefined && value < 0) faults.push(fieldInvalid(path, value, negativeDetail));
}

/** A number must be above zero; undefined is fine. */
export function checkPositive(value: number | undefined, path: string, faults: FieldError[]): void {
  if (value !== undefined && value <= 0) faults.push(fieldInvalid(path, value, "must be greater than zero"));
}

/** A field may not change. */
export function checkImmutable(value: unknown, old: unknown, path: string, faults: FieldError[]): void {
  if (!deepEqual(value, old)) faults.push(fieldInvalid(path, value, immutableDetail));
}

/** Mode bits of a file: 0 to 0777; undefined is fine. */
export function checkFileMode(mode: number | undefined, path: string, faults: FieldError[]): void {
  if (mode !== undefined && (mode > 0o777 || mode < 0)) faults.push(fieldInvalid(path, mode, fileModeDetail));
}

/** A whole number that is not negative, or a percentage; undefined is fine. */
export function checkIntOrPercent(value: number | string | undefined, path: string, faults: FieldError[]): void {
  if (typeof value === "string") {
    for (const detail of isPercent(value)) faults.push(fieldInvalid(path, value, detail));
  } else checkNonnegative(value, path, faults);
}

/** A percentage may not be above 100. */
export function checkAtMostHundredPercent(
  value: number | string | undefined,
  path: string,
  faults: FieldError[],
): void {
  if (typeof value === "string" && isPercent(value).length === 0 && Number(value.slice(0, -1)) > 100) {
    faults.push(fieldInvalid(path, value, "must not be greater than 100%"));
  }
}

/** The number in "25%" or in 25; 0 where malformed. */
export function numberOfIntOrPercent(value: number | string | undefined): number {
  if (typeof value === "number") return value;
  return value !== undefined && isPercent(value).length === 0 ? Number(value.slice(0, -1)) : 0;
}

/** A counter may not fall. */
export function checkNotDecremented(
  value: number | undefined,
  old: number | undefined,
  path: string,
  faults: FieldError[],
): void {
  const fell = value === undefined ? old !== undefined : old !== undefined && value < old;
  if (fell) faults.push(fieldInvalid(path, value ?? 0, "cannot be decremented"));
}
