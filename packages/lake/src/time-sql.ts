import { DAY_MS, type DataType, dayOf, formatDay, formatType, TesseraError } from '@tessera/api';

/** First instant that is no time any more: the start of 2201 (S1.3). */
export const TIME_END_MS = Date.UTC(2201, 0, 1);
/** Least time: 1970, or the year 1 where the source says `allowPre1970` (S1.3). */
export const TIME_START_MS = 0;
export const TIME_START_PRE_1970_MS = Date.parse('0001-01-01T00:00:00Z');

/** timestamp_ns begins in 1677: earlier bounds hold for every row and cannot be written as a constant. */
const NS_START_MS = -9_223_372_036_854;

/**
 * `startMs <= floor(time) < endMs` on the raw column, in its own unit, so that it can be pushed into the file reader.
 * Exact: for whole bounds, flooring first makes no difference (S1.1).
 */
export function timeRangeSql(
  column: string,
  type: DataType,
  startMs: number,
  endMs: number,
): string {
  const parts: string[] = [];
  const start = bound(type, startMs);
  const end = bound(type, endMs);
  if (start !== null) parts.push(`${column} >= ${start}`);
  if (end !== null) parts.push(`${column} < ${end}`);
  return parts.length === 0 ? `${column} IS NOT NULL` : parts.join(' AND ');
}

/** The least value of the column's unit that is not before an instant. */
function bound(type: DataType, ms: number): string | null {
  switch (type.kind) {
    case 'timestamp':
      return `make_timestamp(${micros(ms)})`;
    case 'timestamptz':
      return `make_timestamptz(${micros(ms)})`;
    case 'timestamp_ns':
      return ms <= NS_START_MS ? null : `make_timestamp_ns(${BigInt(ms) * 1_000_000n})`;
    case 'date':
      return `DATE '${formatDay(Math.ceil(ms / DAY_MS))}'`;
    case 'epoch_ms':
      return String(ms);
    case 'epoch_s':
      return String(Math.ceil(ms / 1000));
    case 'epoch_us':
      return micros(ms);
    default:
      throw notTime(type);
  }
}

function micros(ms: number): string {
  return String(BigInt(ms) * 1000n);
}

/**
 * Epoch ms of a raw time value that is known to be in range, floored (S1.1).
 *
 * DuckDB's epoch_ms and its integer division truncate towards zero, so before 1970 one is taken off where something was
 * cut away.
 */
export function epochMsSql(column: string, type: DataType, startMs: number): string {
  const floored = (units: string, factor: number): string =>
    startMs >= 0
      ? `${units} // ${factor}`
      : `${units} // ${factor} - CAST(${units} % ${factor} < 0 AS BIGINT)`;
  switch (type.kind) {
    case 'timestamp':
    case 'timestamptz':
      return startMs >= 0
        ? `epoch_ms(${column})`
        : `epoch_ms(${column}) - CAST(epoch_us(${column}) % 1000 < 0 AS BIGINT)`;
    case 'timestamp_ns':
      return floored(`epoch_ns(${column})`, 1_000_000);
    case 'date':
      return `epoch_ms(${column})`;
    case 'epoch_ms':
      return column;
    case 'epoch_s':
      return `${column} * 1000`;
    case 'epoch_us':
      return floored(column, 1000);
    default:
      throw notTime(type);
  }
}

/** `YYYY-MM-DD` of an epoch ms expression, UTC. */
export function daySql(epochMs: string): string {
  return `CAST(CAST(make_timestamp(${epochMs} * 1000) AS DATE) AS VARCHAR)`;
}

/** The smallest range of whole days around a range. */
export function wholeDays(startMs: number, endMs: number): { startMs: number; endMs: number } {
  return { startMs: dayOf(startMs) * DAY_MS, endMs: Math.ceil(endMs / DAY_MS) * DAY_MS };
}

function notTime(type: DataType): TesseraError {
  return new TesseraError('INTERNAL', { reason: `${formatType(type)} is no time type` });
}
