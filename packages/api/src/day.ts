/** Days are whole numbers since 1970-01-01, UTC (S1.2, S1.4). */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** The UTC day an instant falls in; floor, also before 1970. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** Midnight UTC that begins a day. */
export function dayStartMs(day: number): number {
  return day * DAY_MS;
}

/** `YYYY-MM-DD` of a day, as `ds` is written. Years 0 to 9999. */
export function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The day that `YYYY-MM-DD` names, or null when the text is no such day (2025-02-30 is none). */
export function parseDay(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const ms = Date.parse(`${text}T00:00:00Z`);
  // Date.parse may roll 02-30 over to March: only a text that comes back the same is a day.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text) return null;
  return ms / DAY_MS;
}
