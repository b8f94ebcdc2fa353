import { parseDay } from '../day.js';

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** A text that stands for a date or an instant: `2025-01-31`, and for instants also `2025-01-31T10:00:00Z`. */
export function isIso(text: string, kind: 'date' | 'timestamp'): boolean {
  const day = kind === 'date' ? text : INSTANT.exec(text)?.[1];
  return day !== undefined && parseDay(day) !== null;
}

/** How to write one. */
export function isoAdvice(kind: 'date' | 'timestamp'): string {
  return kind === 'date' ? "Write '2025-01-31'." : "Write '2025-01-31' or '2025-01-31T10:00:00Z'.";
}
