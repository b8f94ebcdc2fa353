import { castValue, timestampOrNull } from '../evaluate/cast-value.js';
import { formatProblem, formatTime } from '../format-time.js';
import { floorDiv } from '../instant.js';
import { DATE, DOUBLE, INT64, STRING, TIMESTAMP, type TypedExpression } from '../types.js';
import type { CallType, FunctionEntry } from './function-entry.js';
import { fits, takes, wrongCount, wrongType } from './rules.js';
import { sparkOnce } from './spark-once.js';
import { notTime, takesTime } from './time-parts.js';

function formatOf(arg: TypedExpression | undefined): string | undefined {
  return arg?.op === 'literal' && typeof arg.literal === 'string' ? arg.literal : undefined;
}

function checkFormat(args: readonly TypedExpression[], good: CallType): CallType {
  const format = formatOf(args[1]);
  const reason = format === undefined ? 'takes a text literal' : formatProblem(format);
  return reason === null ? good : { reason, argument: 1 };
}

const toDate: FunctionEntry = {
  name: 'to_date',
  family: 'time',
  signature: 'to_date(t: date | timestamp) → date',
  summary: 'The day in UTC.',
  nulls: 'strict',
  check: takesTime(DATE),
  js:
    ([arg]) =>
    (t) =>
      arg!.type.kind === 'date' ? t! : castValue(t!, arg!.type, DATE),
  pushDown: true,
  duckdb: ([t]) => `CAST(${t} AS DATE)`,
  spark: ([t]) => `CAST(${t} AS DATE)`,
  examples: [{ text: "to_date(TIMESTAMP '2024-02-29T23:59:59Z')", gives: "DATE '2024-02-29'" }],
};

const epochMs: FunctionEntry = {
  name: 'epoch_ms',
  family: 'time',
  signature: 'epoch_ms(t: timestamp) → int64',
  summary: 'Milliseconds since 1970-01-01 UTC, finer ones floored.',
  nulls: 'strict',
  check: takes([TIMESTAMP], INT64),
  js: () => (t) => floorDiv(t as bigint, 1000n),
  pushDown: true,
  // epoch_ms alone cuts towards 1970.
  duckdb: ([t]) => `epoch_ms(date_trunc('milliseconds', ${t}))`,
  spark: ([t]) => `unix_millis(${t})`,
  examples: [{ text: "epoch_ms(TIMESTAMP '2024-02-29T00:00:00.5Z')", gives: '1709164800500' }],
};

const timestampMs: FunctionEntry = {
  name: 'timestamp_ms',
  family: 'time',
  signature: 'timestamp_ms(ms: int64) → timestamp',
  summary: 'The instant that many milliseconds after 1970-01-01 UTC.',
  nulls: 'strict',
  check: takes([INT64], TIMESTAMP),
  js: () => (ms) => timestampOrNull((ms as bigint) * 1000n),
  pushDown: true,
  duckdb: ([ms]) => `TRY(make_timestamp_ms(${ms}))`,
  spark: ([ms]) => `timestamp_micros(try_multiply(${ms}, 1000L))`,
  examples: [{ text: 'timestamp_ms(1709164800500)', gives: "TIMESTAMP '2024-02-29T00:00:00.5Z'" }],
};

const format: FunctionEntry = {
  name: 'format_time',
  family: 'time',
  signature: 'format_time(t: date | timestamp, format: literal) → string',
  summary:
    't as text in UTC: yyyy, MM, dd, HH, mm, ss, SSS (milliseconds), text in single quotes as it is. Null outside the years 0 to 9999.',
  nulls: 'strict',
  check: (args) => {
    if (args.length !== 2) return wrongCount(args.length, 2, 2);
    const { type } = args[0]!;
    if (type.kind !== 'date' && type.kind !== 'timestamp' && type.kind !== 'null') {
      return notTime(0, type);
    }
    const time = type.kind === 'date' ? DATE : TIMESTAMP;
    return checkFormat(args, { args: [time, STRING], type: STRING });
  },
  js: (args) => {
    const pattern = formatOf(args[1])!;
    return (t) => formatTime(t!, pattern);
  },
  pushDown: false,
  spark: ([t, pattern]) => `date_format(${t}, ${pattern})`,
  examples: [{ text: "format_time(DATE '2024-02-29', 'dd.MM.yyyy')", gives: "'29.02.2024'" }],
};

const fromUnixtime: FunctionEntry = {
  name: 'from_unixtime',
  family: 'time',
  signature: 'from_unixtime(seconds: number, format: literal) → string',
  summary: 'Seconds since 1970-01-01 UTC, floored, as text in a format of format_time.',
  nulls: 'strict',
  check: (args) => {
    if (args.length !== 2) return wrongCount(args.length, 2, 2);
    if (!fits(args[0]!.type, DOUBLE)) return wrongType(0, args[0]!.type, 'a number');
    return checkFormat(args, { args: [DOUBLE, STRING], type: STRING });
  },
  js: (args) => {
    const pattern = formatOf(args[1])!;
    return (seconds) => {
      const whole = Math.floor(seconds as number);
      return Math.abs(whole) < 1e12 ? formatTime(BigInt(whole) * 1_000_000n, pattern) : null;
    };
  },
  pushDown: false,
  spark: ([seconds, pattern]) =>
    sparkOnce(
      seconds!,
      (v) =>
        `CASE WHEN ${v} >= -62135596800D AND ${v} < 253402300800D THEN from_unixtime(CAST(floor(${v}) AS BIGINT), ${pattern}) END`,
    ),
  examples: [{ text: "from_unixtime(1709373600, 'yyyy-MM-dd')", gives: "'2024-03-02'" }],
};

export const TIME_CONVERT: readonly FunctionEntry[] = [
  toDate,
  epochMs,
  timestampMs,
  format,
  fromUnixtime,
];
