/** RFC 3339 as the API writes it: Time has whole seconds, MicroTime microseconds, both in UTC. */

/** "2026-01-02T03:04:05Z"; fractions of a second are cut. */
export function formatTime(milliseconds: number): string {
  return `${new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** "2026-01-02T03:04:05.678000Z"; `milliseconds` may have a fraction. */
export function formatMicroTime(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  // A double near today is good to a quarter of a microsecond: do not lose one to its rounding.
  const micros = Math.min(999, Math.floor((milliseconds - whole) * 1000 + 0.25));
  return `${new Date(whole).toISOString().slice(0, 23)}${String(micros).padStart(3, "0")}Z`;
}

const shape = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Milliseconds since the epoch, with a fraction where the text has microseconds; NaN where it is not RFC 3339. */
export function parseTime(text: string | undefined | null): number {
  const match = text ? shape.exec(text) : null;
  if (!match) return Number.NaN;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const seconds = Date.UTC(2000, month - 1, day, hour, minute, second);
  const date = new Date(seconds);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day || date.getUTCMonth() !== month - 1) return Number.NaN;
  const fraction = match[7] ? Number(`0.${match[7].slice(0, 9)}`) * 1000 : 0;
  const zone = match[8] ? (Number(match[9]) * 60 + Number(match[10])) * (match[8] === "-" ? -1 : 1) : 0;
  if (Number(match[9] ?? 0) > 23 || Number(match[10] ?? 0) > 59) return Number.NaN;
  return date.getTime() + fraction - zone * 60_000;
}
