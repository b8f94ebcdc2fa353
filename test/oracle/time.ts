import type { DataType, PartSpec, SourceSpec, Value } from './types.js';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** 2201-01-01: the first instant after the years 1970-2200 (S1.3). */
export const YEAR_2201_MS = Date.UTC(2201, 0, 1);

/** The calendar repeats after as many days; `Date` reaches fewer years than a file may hold. */
const CYCLE_YEARS = 400;
const CYCLE_DAYS = 146_097;

const ISO =
  /^(\d{4}|[+-]\d{6,})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(?:Z|\+00(?::?00)?)?$/;

/** Nanoseconds since the epoch of an ISO text in UTC; years beyond 9999 are written `+010000`. */
export function parseNanos(text: string): bigint {
  const match = ISO.exec(text);
  if (match === null) throw new Error(`not an ISO time in UTC: ${text}`);
  const part = (i: number): number => Number(match[i] ?? 0);
  const cycles = Math.floor((part(1) - 2000) / CYCLE_YEARS);
  const year = part(1) - cycles * CYCLE_YEARS;
  const ms =
    BigInt(Date.UTC(year, part(2) - 1, part(3), part(4), part(5), part(6))) +
    BigInt(cycles * CYCLE_DAYS) * BigInt(DAY_MS);
  return ms * 1_000_000n + BigInt((match[7] ?? '').padEnd(9, '0'));
}

/** `YYYY-MM-DD` of any number of days since 1970-01-01, as `parseNanos` reads it. */
export function isoDay(day: number): string {
  const cycles = Math.floor((day - dayOf(Date.UTC(2000, 0, 1))) / CYCLE_DAYS);
  const text = dsOfDay(day - cycles * CYCLE_DAYS);
  const year = Number(text.slice(0, 4)) + cycles * CYCLE_YEARS;
  const isShort = year >= 0 && year <= 9999;
  const sign = isShort ? '' : year < 0 ? '-' : '+';
  return `${sign}${String(Math.abs(year)).padStart(isShort ? 4 : 6, '0')}${text.slice(4)}`;
}

export function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? q - 1n : q;
}

/** S1.1: a time column's value in epoch ms, finer times floored; null stays null. */
export function timeMs(type: DataType, value: Value): number | null {
  if (value === null) return null;
  switch (type.kind) {
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
    case 'date':
      return Number(floorDiv(parseNanos(String(value)), 1_000_000n));
    case 'epoch_ms':
      return Number(BigInt(value as bigint));
    case 'epoch_s':
      return Number(BigInt(value as bigint) * 1000n);
    case 'epoch_us':
      return Number(floorDiv(BigInt(value as bigint), 1000n));
    default:
      throw new Error(`${type.kind} is no time type`);
  }
}

/** S1.3: within years 1970-2200, or earlier where the source allows it. */
export function isLegalTime(source: Pick<SourceSpec, 'allowPre1970'>, ms: number): boolean {
  return ms < YEAR_2201_MS && (ms >= 0 || source.allowPre1970 === true);
}

export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** `YYYY-MM-DD` of a number of days since 1970-01-01. */
export function dsOfDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export function dayOfDs(ds: string): number {
  return Date.parse(`${ds}T00:00:00Z`) / DAY_MS;
}

/** S2.5: `'7d'` in ms. */
export function windowMs(window: string): number {
  const match = /^([1-9]\d*)([mhd])$/.exec(window);
  if (match === null) throw new Error(`not a window: ${window}`);
  return Number(match[1]) * (match[2] === 'm' ? MINUTE_MS : match[2] === 'h' ? HOUR_MS : DAY_MS);
}

/** S2.2: the grid a sawtooth tail moves on. */
export function hopMs(wMs: number): number {
  if (wMs >= 12 * DAY_MS) return DAY_MS;
  if (wMs >= 12 * HOUR_MS) return HOUR_MS;
  return 5 * MINUTE_MS;
}

/** S2.2-4: the first instant that counts; -Infinity for a window without a lower limit. */
export function startMs(headMs: number, window: string | null, tail: 'sawtooth' | 'exact'): number {
  if (window === null) return Number.NEGATIVE_INFINITY;
  const wMs = windowMs(window);
  if (tail === 'exact') return headMs - wMs;
  const hop = hopMs(wMs);
  return Math.floor((headMs - wMs) / hop) * hop;
}

/** The instant before which events count, for a left row at q (S2.1, S2.6, S3.1). */
export function headMs(part: PartSpec, queryMs: number): number {
  const laggedMs = queryMs - part.lagMs;
  if (part.groupBy.accuracy === 'snapshot' || part.groupBy.source.kind === 'entities') {
    return dayOf(laggedMs) * DAY_MS;
  }
  return part.at === 'inclusive' ? laggedMs + 1 : laggedMs;
}
