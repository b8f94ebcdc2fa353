import { DAY_US, floorDiv } from './instant.js';
import type { Value } from './types.js';

/** A day of the proleptic Gregorian calendar; year 0 is 1 BC. */
export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Any day of DuckDB's, far beyond what Date holds. Source: Howard Hinnant, chrono-compatible low-level date algorithms. */
export function civilOf(days: number): Civil {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) /
      365,
  );
  const ofYear =
    ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

export function daysOf({ year, month, day }: Civil): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const ofEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + ofYear;
  return era * 146_097 + ofEra - 719_468;
}

/** 1 = Monday … 7 = Sunday. */
export function weekdayOf(days: number): number {
  return ((((days + 3) % 7) + 7) % 7) + 1;
}

/** A date (days) or timestamp (µs) as a day and the µs since its midnight. */
export function splitTime(value: Value): { readonly days: number; readonly us: number } {
  if (typeof value === 'number') return { days: value, us: 0 };
  const days = floorDiv(value as bigint, DAY_US);
  return { days: Number(days), us: Number((value as bigint) - days * DAY_US) };
}
