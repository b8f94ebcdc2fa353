import { civilOf, splitTime } from './civil.js';
import type { Value } from './types.js';

const FIELD = /yyyy|MM|dd|HH|mm|ss|SSS|'((?:[^']|'')*)'|[^A-Za-z']+/y;

/** Why a text is no format, or null. */
export function formatProblem(format: string): string | null {
  let at = 0;
  while (at < format.length) {
    FIELD.lastIndex = at;
    const found = FIELD.exec(format);
    if (found === null) {
      return `knows no \`${/^[A-Za-z]+|./u.exec(format.slice(at))![0]}\` in a format, only yyyy, MM, dd, HH, mm, ss, SSS and 'text'`;
    }
    at += found[0].length;
  }
  return null;
}

/** A date or timestamp in a format without problems; null outside the years 0 to 9999. */
export function formatTime(value: Value, format: string): string | null {
  const { days, us } = splitTime(value);
  const { year, month, day } = civilOf(days);
  if (year < 0 || year > 9999) return null;
  const fields: Readonly<Record<string, [number, number]>> = {
    yyyy: [year, 4],
    MM: [month, 2],
    dd: [day, 2],
    HH: [Math.floor(us / 3.6e9), 2],
    mm: [Math.floor(us / 6e7) % 60, 2],
    ss: [Math.floor(us / 1e6) % 60, 2],
    SSS: [Math.floor(us / 1e3) % 1000, 3],
  };
  return format.replace(new RegExp(FIELD, 'g'), (token, quoted?: string) => {
    const field = fields[token];
    if (field !== undefined) return String(field[0]).padStart(field[1], '0');
    if (quoted === undefined) return token;
    return quoted === '' ? "'" : quoted.replaceAll("''", "'");
  });
}
