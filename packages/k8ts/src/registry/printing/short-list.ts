/** Lists that columns cut after a few items. */

/** "a,b,c + 4 more..."; `none` where there is nothing. */
export function shortList(items: readonly string[], most: number, none: string, separator = ","): string {
  if (items.length === 0) return none;
  const shown = items.slice(0, most).join(separator);
  return items.length > most ? `${shown} + ${items.length - most} more...` : shown;
}
