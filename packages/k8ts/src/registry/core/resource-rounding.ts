/** Amounts of resources are kept in thousandths at most: what is finer is rounded up. */
import { isQuantity, quantityMilli, quantityOf } from "@k8ts/api";

/** Only a fraction with more than three digits, or nano and micro units, can need rounding. */
const mayNeedRounding = /[nu]$|\.[0-9]{4}|e-|E-|\.[0-9]+m$/;

/** Rounds each amount up to thousandths, in place. */
export function roundResources(amounts: Record<string, string> | undefined): void {
  for (const name in amounts) {
    const amount = amounts[name]!;
    if (!mayNeedRounding.test(amount) || !isQuantity(amount)) continue;
    const milli = quantityMilli(amount);
    amounts[name] = quantityOf(milli, -3);
  }
}
