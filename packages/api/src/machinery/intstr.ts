/** IntOrString values: 3 or "25%". */

const percent = /^[+-]?[0-9]+%$/;

/**
 * The number that `value` means of `total`: itself, or its percentage rounded up or down. Throws for a string that is no
 * percentage, in the API's words.
 */
export function scaledIntOrPercent(value: number | string, total: number, roundUp: boolean): number {
  if (typeof value === "number") return value;
  if (!value.endsWith("%")) {
    throw new Error("invalid value for IntOrString: invalid type: string is not a percentage");
  }
  if (!percent.test(value)) {
    const digits = JSON.stringify(value.slice(0, -1));
    const why = `strconv.Atoi: parsing ${digits}: invalid syntax`;
    throw new Error(`invalid value for IntOrString: invalid value ${JSON.stringify(value)}: ${why}`);
  }
  const scaled = (Number(value.slice(0, -1)) * total) / 100;
  return roundUp ? Math.ceil(scaled) : Math.floor(scaled);
}

/** True for "25%" and false for 3 and "http". */
export function isPercentage(value: number | string): value is string {
  return typeof value === "string" && percent.test(value);
}
