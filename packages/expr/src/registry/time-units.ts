import { civilOf, daysOf, splitTime, weekdayOf } from '../civil.js';
import { timestampOrNull } from '../evaluate/cast-value.js';
import { DAY_US } from '../instant.js';
import { DATE, INT64, STRING, TIMESTAMP, type TypedExpression, type Value } from '../types.js';
import { int64OrNull } from '../values.js';
import type { CallType, FunctionEntry } from './function-entry.js';
import { fits, wordOf, wrongCount, wrongType } from './rules.js';
import { sparkClamped, sparkOnce } from './spark-once.js';
import { notTime } from './time-parts.js';

const SMALL = ['second', 'minute', 'hour'] as const;
const FIXED = [...SMALL, 'day', 'week'] as const;
const ALL = [...FIXED, 'month', 'quarter', 'year'] as const;

/** µs of the units of a fixed length. */
export const US_OF: Readonly<Record<(typeof FIXED)[number], bigint>> = {
  second: 1_000_000n,
  minute: 60_000_000n,
  hour: 3_600_000_000n,
  day: DAY_US,
  week: 7n * DAY_US,
};

function unitProblem(units: readonly string[]): CallType {
  return { reason: `takes one of ${units.map((u) => `'${u}'`).join(', ')}`, argument: 0 };
}

function unitOf(args: readonly TypedExpression[]): (typeof ALL)[number] {
  return wordOf(args[0], ALL) as (typeof ALL)[number];
}

function isSmall(unit: string): boolean {
  return (SMALL as readonly string[]).includes(unit);
}

/** Dates and timestamps at that argument; a date has no hours. */
function timeProblem(args: readonly TypedExpression[], at: number, unit: string): CallType | null {
  const { type } = args[at]!;
  if (type.kind === 'timestamp' || type.kind === 'null') return null;
  if (type.kind !== 'date') return notTime(at, type);
  if (!isSmall(unit)) return null;
  return {
    ...wrongType(at, type, `timestamp for '${unit}'`),
    advice: 'Write CAST(… AS timestamp) around it.',
  };
}

/** First day of the unit that a day lies in. */
export function truncatedDay(unit: string, days: number): number {
  const { year, month } = civilOf(days);
  switch (unit) {
    case 'week':
      return days - weekdayOf(days) + 1;
    case 'month':
      return daysOf({ year, month, day: 1 });
    case 'quarter':
      return daysOf({ year, month: month - ((month - 1) % 3), day: 1 });
    case 'year':
      return daysOf({ year, month: 1, day: 1 });
    default:
      return days;
  }
}

/** The first day that DuckDB has. */
const LEAST_DATE = -2_147_483_646;

/** Not by date_trunc: over a column whose statistics reach beyond timestamps DuckDB fails before it reads a row. */
function duckTruncatedDay(unit: string, day: string): string {
  switch (unit) {
    case 'week':
      return `TRY(${day} - CAST(isodow(${day}) - 1 AS INTEGER))`;
    case 'month':
      return `TRY(${day} - CAST(day(${day}) - 1 AS INTEGER))`;
    case 'quarter':
      return `TRY(make_date(year(${day}), quarter(${day}) * 3 - 2, 1))`;
    case 'year':
      return `TRY(make_date(year(${day}), 1, 1))`;
    default:
      return day;
  }
}

const dateTrunc: FunctionEntry = {
  name: 'date_trunc',
  family: 'time',
  signature: 'date_trunc(unit: literal, t: date | timestamp) → date | timestamp',
  summary:
    "Beginning of the unit that t lies in: 'second', 'minute', 'hour', 'day', 'week' (Monday), 'month', 'quarter' or 'year'.",
  nulls: 'strict',
  check: (args) => {
    if (args.length !== 2) return wrongCount(args.length, 2, 2);
    const unit = wordOf(args[0], ALL);
    if (unit === undefined) return unitProblem(ALL);
    const problem = timeProblem(args, 1, unit);
    if (problem !== null) return problem;
    const type = args[1]!.type.kind === 'date' ? DATE : TIMESTAMP;
    return { args: [STRING, type], type };
  },
  js: (args) => {
    const unit = unitOf(args);
    return (_, t) => {
      if (typeof t === 'number') {
        const day = truncatedDay(unit, t);
        return day < LEAST_DATE ? null : day;
      }
      const { days, us } = splitTime(t!);
      if (!isSmall(unit)) return timestampOrNull(BigInt(truncatedDay(unit, days)) * DAY_US);
      const size = US_OF[unit as (typeof SMALL)[number]];
      return timestampOrNull((t as bigint) - (BigInt(us) % size));
    };
  },
  pushDown: true,
  duckdb: (sql, args) =>
    args[1]!.type.kind === 'date'
      ? duckTruncatedDay(unitOf(args), sql[1]!)
      : // In a lambda: else DuckDB truncates the least value of the column's statistics, and fails where TRY does not help.
        `TRY(list_transform([${sql[1]}], lambda v: date_trunc('${unitOf(args)}', v))[1])`,
  spark: (sql, args) =>
    args[1]!.type.kind === 'date'
      ? `CAST(date_trunc('${unitOf(args)}', ${sql[1]}) AS DATE)`
      : `date_trunc('${unitOf(args)}', ${sql[1]})`,
  examples: [
    { text: "date_trunc('month', DATE '2024-02-29')", gives: "DATE '2024-02-01'" },
    {
      text: "date_trunc('hour', TIMESTAMP '2024-02-29T13:45:30Z')",
      gives: "TIMESTAMP '2024-02-29T13:00:00Z'",
    },
  ],
};

const dateAdd: FunctionEntry = {
  name: 'date_add',
  family: 'time',
  signature: 'date_add(unit: literal, n: int64, t: date | timestamp) → date | timestamp',
  summary:
    "t moved by n units of a fixed length: 'second', 'minute', 'hour', 'day', 'week'. Null where that is more µs than int64 holds, and where there is no such timestamp, or no such date from the year 0 to 9999.",
  nulls: 'strict',
  check: (args) => {
    if (args.length !== 3) return wrongCount(args.length, 3, 3);
    const unit = wordOf(args[0], FIXED);
    if (unit === undefined) return unitProblem(FIXED);
    if (!fits(args[1]!.type, INT64)) return wrongType(1, args[1]!.type, 'int64');
    const problem = timeProblem(args, 2, unit);
    if (problem !== null) return problem;
    const type = args[2]!.type.kind === 'date' ? DATE : TIMESTAMP;
    return { args: [STRING, INT64, type], type };
  },
  js: (args) => {
    const unit = unitOf(args) as (typeof FIXED)[number];
    const size = US_OF[unit];
    return (_, n, t) => {
      if (typeof t === 'bigint') {
        const us = int64OrNull((n as bigint) * size);
        return us === null ? null : timestampOrNull(t + us);
      }
      const days = BigInt(t as number) + (n as bigint) * (size / DAY_US);
      return days < FIRST_DAY || days > LAST_DAY ? null : Number(days);
    };
  },
  pushDown: (args) => args[2]!.type.kind === 'timestamp',
  duckdb: (sql, args) =>
    `TRY(${sql[2]} + to_microseconds(TRY(${sql[1]} * ${US_OF[unitOf(args) as (typeof FIXED)[number]]})))`,
  spark: (sql, args) => {
    const size = US_OF[unitOf(args) as (typeof FIXED)[number]];
    if (args[2]!.type.kind === 'date') {
      return sparkOnce(
        `date_add(${sql[2]}, CAST(${sparkClamped(sql[1]!, 10_000_000)} * ${size / DAY_US} AS INT))`,
        (v) => `CASE WHEN year(${v}) BETWEEN 0 AND 9999 THEN ${v} END`,
      );
    }
    return `timestamp_micros(try_add(unix_micros(${sql[2]}), try_multiply(${sql[1]}, ${size}L)))`;
  },
  examples: [
    { text: "date_add('day', 1, DATE '2024-02-28')", gives: "DATE '2024-02-29'" },
    {
      text: "date_add('hour', -1, TIMESTAMP '2024-03-01T00:30:00Z')",
      gives: "TIMESTAMP '2024-02-29T23:30:00Z'",
    },
  ],
};

/** Days of the years 0 to 9999. */
const FIRST_DAY = -719_528n;
const LAST_DAY = 2_932_896n;

function instantOf(value: Value): bigint {
  return typeof value === 'number' ? BigInt(value) * DAY_US : (value as bigint);
}

/** Whole months from a to b; the month is whole when b has reached a's day and time in it. */
function monthsBetween(a: Value, b: Value): bigint {
  if (instantOf(a) > instantOf(b)) return -monthsBetween(b, a);
  const [from, to] = [splitTime(a), splitTime(b)];
  const [first, last] = [civilOf(from.days), civilOf(to.days)];
  const months = (last.year - first.year) * 12 + last.month - first.month;
  const short = last.day < first.day || (last.day === first.day && to.us < from.us);
  return BigInt(short ? months - 1 : months);
}

const MONTHS_OF: Readonly<Record<string, bigint>> = { month: 1n, quarter: 3n, year: 12n };

const dateDiff: FunctionEntry = {
  name: 'date_diff',
  family: 'time',
  signature: 'date_diff(unit: literal, from: date | timestamp, to: date | timestamp) → int64',
  summary:
    "Whole units that pass between the two, below zero when `to` is the earlier one: 'second' to 'week', 'month', 'quarter', 'year'. A month has passed when its day and time of day are reached.",
  nulls: 'strict',
  check: (args) => {
    if (args.length !== 3) return wrongCount(args.length, 3, 3);
    const unit = wordOf(args[0], ALL);
    if (unit === undefined) return unitProblem(ALL);
    for (const at of [1, 2]) {
      const { type } = args[at]!;
      if (type.kind !== 'date' && type.kind !== 'timestamp' && type.kind !== 'null') {
        return notTime(at, type);
      }
    }
    const kinds = args.slice(1).map((arg) => (arg.type.kind === 'date' ? DATE : TIMESTAMP));
    return { args: [STRING, ...kinds], type: INT64 };
  },
  js: (args) => {
    const unit = unitOf(args);
    const size = US_OF[unit as (typeof FIXED)[number]];
    return (_, a, b) =>
      size === undefined
        ? monthsBetween(a!, b!) / MONTHS_OF[unit]!
        : int64OrNull((instantOf(b!) - instantOf(a!)) / size);
  },
  pushDown: (args) =>
    US_OF[unitOf(args) as (typeof FIXED)[number]] !== undefined &&
    args.slice(1).every((arg) => arg.type.kind === 'timestamp'),
  duckdb: (sql, args) =>
    `CAST((CAST(epoch_us(${sql[2]}) AS HUGEINT) - epoch_us(${sql[1]})) // ${US_OF[unitOf(args) as (typeof FIXED)[number]]} AS BIGINT)`,
  spark: (sql, args) =>
    `CAST(timestampdiff(${unitOf(args)}, CAST(${sql[1]} AS TIMESTAMP), CAST(${sql[2]} AS TIMESTAMP)) AS BIGINT)`,
  examples: [
    {
      text: "date_diff('day', TIMESTAMP '2024-02-28T12:00:00Z', TIMESTAMP '2024-03-01T11:00:00Z')",
      gives: '1',
    },
    { text: "date_diff('month', DATE '2024-01-31', DATE '2024-02-29')", gives: '0' },
  ],
};

export const TIME_UNITS: readonly FunctionEntry[] = [dateTrunc, dateAdd, dateDiff];
