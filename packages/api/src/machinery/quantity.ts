/**
 * Quantities: "100m", "1.5Gi", "12e6". Kept as an integer times a power of ten, exact to one billionth; finer parts are
 * rounded away from zero. Text that is already canonical is never touched, so that the common case costs one scan.
 * (k8s.io/apimachinery resource.Quantity.)
 */

/** How a quantity was written, and so how it prints. */
export type QuantityFormat = "DecimalSI" | "BinarySI" | "DecimalExponent";

/** A parsed quantity: `unscaled` × 10^`scale`, with scale ≥ -9. */
export interface Quantity {
  readonly unscaled: bigint;
  readonly scale: number;
  readonly format: QuantityFormat;
  /** The text, where it needs no rewriting. */
  readonly text?: string;
}

const wrongFormat = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const wrongNumber = "unable to parse numeric part of quantity";
const wrongSuffix = "unable to parse quantity's suffix";

const shape = /^([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

const decimalSuffixes: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  "": 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const decimalNames = new Map(Object.entries(decimalSuffixes).map(([name, exponent]) => [exponent, name]));
const binarySuffixes: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const binaryNames = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** 2^63 - 1: the largest binary quantity, and where numbers saturate. */
const maxInt64 = 9_223_372_036_854_775_807n;
/** Digits and exponents beyond any sensible use are cut here, so that "1e999999999" costs nothing. */
const maxDigits = 400;

const powersOfTen: bigint[] = [1n];
function tenTo(exponent: number): bigint {
  while (powersOfTen.length <= exponent) powersOfTen.push((powersOfTen.at(-1) as bigint) * 10n);
  return powersOfTen[exponent] as bigint;
}

interface Suffix {
  readonly format: QuantityFormat;
  readonly exponent: number;
}

function interpretSuffix(suffix: string): Suffix {
  if (Object.hasOwn(decimalSuffixes, suffix))
    return { format: "DecimalSI", exponent: decimalSuffixes[suffix] as number };
  if (Object.hasOwn(binarySuffixes, suffix)) return { format: "BinarySI", exponent: binarySuffixes[suffix] as number };
  if (!/^[eE][-+]?[0-9]+$/.test(suffix)) throw new Error(wrongSuffix);
  const exponent = Number(suffix.slice(1));
  if (exponent > 2 ** 63 || exponent < -(2 ** 63)) throw new Error(wrongSuffix);
  return { format: "DecimalExponent", exponent: Math.max(-maxDigits, Math.min(maxDigits, exponent)) };
}

/** n / d, rounded away from zero. */
function divideAway(numerator: bigint, divisor: bigint): bigint {
  const quotient = numerator / divisor;
  if (quotient * divisor === numerator) return quotient;
  return numerator < 0n ? quotient - 1n : quotient + 1n;
}

/** True where upstream keeps the text as written instead of printing it anew. */
function keepsText(suffix: Suffix, digits: string, scale: number): boolean {
  if (digits.length > (suffix.format === "BinarySI" ? 14 - Math.floor((suffix.exponent * 3) / 10) : 18)) return false;
  if (suffix.format === "BinarySI") return scale === 0 && (Number(digits.slice(-15)) & 7) !== 0;
  return scale >= -9 && scale % 3 === 0 && !digits.endsWith("000") && !digits.startsWith("0");
}

/** Parses a quantity; throws an Error with upstream's text for what is none. */
export function parseQuantity(text: string): Quantity {
  const match = shape.exec(text);
  if (!match || text === "" || !/^[+-]?[0-9.]/.test(text)) throw new Error(wrongFormat);
  const [, sign = "", whole = "", fraction = "", suffixText = ""] = match;
  if (whole.length + fraction.length > maxDigits) throw new Error(wrongNumber);
  const suffix = interpretSuffix(suffixText);
  const digits = (whole || "0") + fraction;
  let unscaled = BigInt(digits);
  let scale = -fraction.length;
  if (suffix.format === "BinarySI") unscaled <<= BigInt(suffix.exponent);
  else scale += suffix.exponent;
  const kept = (text === "0" || keepsText(suffix, digits, scale)) && unscaled <= maxInt64;
  if (scale < -9) {
    unscaled = divideAway(unscaled, tenTo(-9 - scale));
    scale = -9;
  }
  let { format } = suffix;
  if (format === "BinarySI" && unscaled !== 0n && !kept) {
    if (scale === 0 && unscaled > maxInt64) unscaled = maxInt64;
    if (scale < 0 && unscaled < tenTo(-scale)) format = "DecimalSI";
    if (scale < 0 && unscaled > maxInt64 * tenTo(-scale)) [unscaled, scale] = [maxInt64, 0];
  }
  if (sign === "-") unscaled = -unscaled;
  return kept ? { unscaled, scale, format, text } : { unscaled, scale, format };
}

/** True where `text` is a quantity. */
export function isQuantity(text: string): boolean {
  try {
    parseQuantity(text);
    return true;
  } catch {
    return false;
  }
}

/** The same value at a scale no greater than both. */
function alignedTo(quantity: Quantity, scale: number): bigint {
  return quantity.unscaled * tenTo(quantity.scale - scale);
}

/** The integer number of 10^`scale` that a quantity is, rounded away from zero, held within int64. */
function scaledValue(quantity: Quantity, scale: number): number {
  const value =
    quantity.scale >= scale ? alignedTo(quantity, scale) : divideAway(quantity.unscaled, tenTo(scale - quantity.scale));
  if (value > maxInt64) return Number(maxInt64);
  return Number(value < -maxInt64 ? -maxInt64 : value);
}

/** Multipliers of the suffixes that scheduling meets, for whole numbers without BigInt. */
const fastUnits: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Length of the leading digits; 0 where the text does not begin with one, or has more than twelve. */
function leadingDigits(text: string): number {
  let index = 0;
  for (; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 48 || unit > 57) break;
  }
  return index <= 12 ? index : 0;
}

/** The value as a whole number, rounded up (away from zero). Throws where malformed. */
export function quantityValue(text: string): number {
  const digits = leadingDigits(text);
  if (digits > 0) {
    const unit = digits === text.length ? 1 : fastUnits[text.slice(digits)];
    const value = unit === undefined ? Number.NaN : Number(text.slice(0, digits)) * unit;
    if (Number.isSafeInteger(value)) return value;
    if (text.length === digits + 1 && text.endsWith("m")) return Math.ceil(Number(text.slice(0, digits)) / 1000);
  }
  return scaledValue(parseQuantity(text), 0);
}

/** The value in thousandths, rounded up: CPU. Throws where malformed. */
export function quantityMilli(text: string): number {
  const digits = leadingDigits(text);
  if (digits > 0) {
    if (digits === text.length) return Number(text) * 1000;
    if (text.length === digits + 1 && text.endsWith("m")) return Number(text.slice(0, digits));
  }
  return scaledValue(parseQuantity(text), -3);
}

/** The value as a floating-point number. */
export function quantityFloat(text: string): number {
  const { unscaled, scale } = parseQuantity(text);
  return scale < 0 ? Number(unscaled) / 10 ** -scale : Number(unscaled * tenTo(scale));
}

function formatBinary(value: bigint): string {
  let rest = value;
  let power = 0;
  while (power < 6 && rest % 1024n === 0n) {
    rest /= 1024n;
    power++;
  }
  return `${rest}${binaryNames[power]}`;
}

function formatDecimal(quantity: Quantity): string {
  let { unscaled: rest, scale } = quantity;
  while (rest % 10n === 0n) {
    rest /= 10n;
    scale++;
  }
  while (scale % 3 !== 0 || (quantity.format === "DecimalSI" && scale > 18)) {
    rest *= 10n;
    scale--;
  }
  if (quantity.format === "DecimalExponent") return scale === 0 ? `${rest}` : `${rest}e${scale}`;
  return `${rest}${decimalNames.get(scale) ?? ""}`;
}

/** The canonical text: no fraction, the largest suffix that keeps the number whole; text that needs no change is kept. */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text;
  if (quantity.unscaled === 0n) return "0";
  if (quantity.format !== "BinarySI") return formatDecimal(quantity);
  const whole =
    quantity.scale >= 0
      ? alignedTo(quantity, 0)
      : quantity.unscaled % tenTo(-quantity.scale) === 0n
        ? quantity.unscaled / tenTo(-quantity.scale)
        : undefined;
  const small = whole !== undefined && whole > -1024n && whole < 1024n;
  if (whole === undefined || small) return formatDecimal({ ...quantity, format: "DecimalSI" });
  return formatBinary(whole);
}

/** True where the text is surely canonical: digits without a leading 0, not ending in 000, and a plain suffix. */
function surelyCanonical(text: string): boolean {
  const digits = leadingDigits(text);
  if (digits === 0 || text.charCodeAt(0) === 48) return text === "0";
  const rest = text.length - digits;
  if (rest === 0 || (rest === 1 && text.charCodeAt(digits) === 109)) {
    return !text.startsWith("000", digits - 3);
  }
  if (rest !== 2 || text.charCodeAt(digits + 1) !== 105 || digits > 3) return false;
  const unit = text.charCodeAt(digits);
  return unit === 75 || unit === 77 || unit === 71;
}

/** The canonical form of `text`: "1000m" is "1", "0.5" is "500m". Throws where malformed. */
export function canonicalQuantity(text: string): string {
  return surelyCanonical(text) ? text : formatQuantity(parseQuantity(text));
}

/** a + b, in a's format (b's where a is zero). */
export function addQuantities(a: string, b: string): string {
  return combine(a, b, 1n);
}

/** a - b, in a's format (b's where a is zero). */
export function subtractQuantities(a: string, b: string): string {
  return combine(a, b, -1n);
}

function combine(a: string, b: string, sign: bigint): string {
  const [left, right] = [parseQuantity(a), parseQuantity(b)];
  const scale = Math.min(left.scale, right.scale);
  const unscaled = alignedTo(left, scale) + sign * alignedTo(right, scale);
  const format = left.unscaled === 0n ? right.format : left.format;
  return formatQuantity({ unscaled, scale, format });
}

/** Negative where a < b, 0 where they mean the same amount, positive where a > b. */
export function compareQuantities(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [parseQuantity(a), parseQuantity(b)];
  const scale = Math.min(left.scale, right.scale);
  const difference = alignedTo(left, scale) - alignedTo(right, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** A quantity for a number: `value` × 10^`scale` in the given format. `quantityOf(1500, -3)` is "1500m". */
export function quantityOf(value: number, scale = 0, format: QuantityFormat = "DecimalSI"): string {
  return formatQuantity({ unscaled: BigInt(Math.trunc(value)), scale, format });
}
