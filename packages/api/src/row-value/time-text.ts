/** ISO UTC text ↔ integers of a unit, exact to the nanosecond. */

const TIME =
  /^(-?\d{4,6})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(?:Z|\+00(?::?00)?)?$/;

/** Null for a day that no month has, such as 30 February. */
function daysFromCivil(year: number, month: number, day: number): number | null {
  // Years before 100 are read as 19xx by Date.UTC, so the year is set apart.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return Math.floor(date.getTime() / 86_400_000);
}

/** Nanoseconds since 1970; null when the text is no instant. */
export function parseInstantNs(text: string): bigint | null {
  const match = TIME.exec(text.trim());
  if (!match) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = match;
  const days = daysFromCivil(Number(year), Number(month), Number(day));
  if (days === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const seconds = days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}

export function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b < 0n ? q - 1n : q;
}

/** Milliseconds since 1970, what is finer floored; null when the text is no instant. */
export function parseInstantMs(text: string): number | null {
  const ns = parseInstantNs(text);
  return ns === null ? null : Number(floorDiv(ns, 1_000_000n));
}

/** `2025-01-01T00:00:00Z`, with as many fraction digits (0, 3, 6 or 9) as the value needs. */
export function formatInstantNs(ns: bigint): string {
  const ms = floorDiv(ns, 1_000_000n);
  const rest = ns - ms * 1_000_000n;
  const iso = new Date(Number(ms)).toISOString();
  if (rest === 0n) return iso.endsWith('.000Z') ? `${iso.slice(0, -5)}Z` : iso;
  const nine = `${iso.slice(-4, -1)}${rest.toString().padStart(6, '0')}`;
  const digits = nine.endsWith('000') ? nine.slice(0, 6) : nine;
  return `${iso.slice(0, -4)}${digits}Z`;
}

export function parseDayNumber(text: string): number | null {
  const match = /^(-?\d{4,6})-(\d\d)-(\d\d)$/.exec(text.trim());
  if (!match) return null;
  return daysFromCivil(Number(match[1]), Number(match[2]), Number(match[3]));
}

export function formatDayNumber(day: number): string {
  return new Date(day * 86_400_000).toISOString().replace(/T.*$/, '');
}
