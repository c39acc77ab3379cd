/** Rules of the counters in the status of everything that keeps replicas. */
import { fieldInvalid, type FieldError } from "@k8ts/api";
import { checkNonnegative } from "../meta/field-checks.ts";

type Counters = Readonly<Record<string, number | undefined>>;

/** Counters that may not be negative. */
export function checkCounters(status: object | undefined, names: readonly string[], faults: FieldError[]): void {
  for (const name of names) checkNonnegative((status as Counters | undefined)?.[name], `status.${name}`, faults);
}

/** Counters that may not exceed another one; `detail` names it. */
export function checkAtMost(
  status: object | undefined,
  names: readonly string[],
  limit: string,
  detail: string,
  faults: FieldError[],
): void {
  const counters = (status ?? {}) as Counters;
  const most = counters[limit] ?? 0;
  for (const name of names) {
    const value = counters[name] ?? 0;
    if (value > most) faults.push(fieldInvalid(`status.${name}`, value, detail));
  }
}
