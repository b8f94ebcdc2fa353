import { civilOf, daysOf, splitTime, weekdayOf } from '../civil.js';
import { BOOLEAN, type ExprType, INT64, type TypedExpression, type Value } from '../types.js';
import type { CallType, FunctionEntry } from './function-entry.js';
import { wrongCount, wrongType } from './rules.js';

/** One date or timestamp. */
export function takesTime(type?: ExprType): FunctionEntry['check'] {
  return (args): CallType => {
    if (args.length !== 1) return wrongCount(args.length, 1, 1);
    const given = args[0]!.type;
    if (given.kind === 'date') return { args: [given], type: type ?? given };
    if (given.kind === 'timestamp' || given.kind === 'null') {
      return { args: [{ kind: 'timestamp' }], type: type ?? { kind: 'timestamp' } };
    }
    return notTime(0, given);
  };
}

export function notTime(argument: number, given: ExprType): CallType {
  const problem = wrongType(argument, given, 'a date or timestamp');
  if (given.kind === 'int64') return { ...problem, advice: 'Write timestamp_ms(…) around it.' };
  if (given.kind === 'string') {
    return { ...problem, advice: 'Write CAST(… AS timestamp) around it.' };
  }
  return problem;
}

function part(
  name: string,
  summary: string,
  example: string,
  gives: string,
  js: (days: number, us: number) => number,
  texts: Pick<FunctionEntry, 'duckdb'> & { readonly spark: (t: string) => string },
): FunctionEntry {
  return {
    name,
    family: 'time',
    signature: `${name}(t: date | timestamp) → int64`,
    summary,
    nulls: 'strict',
    check: takesTime(INT64),
    js: () => (t: Value) => {
      const { days, us } = splitTime(t);
      return BigInt(js(days, us));
    },
    pushDown: true,
    duckdb: texts.duckdb,
    spark: ([t]) => `CAST(${texts.spark(t!)} AS BIGINT)`,
    examples: [{ text: `${name}(${example})`, gives }],
  };
}

const DAY = "DATE '2024-02-29'";
const INSTANT = "TIMESTAMP '2024-02-29T13:45:30Z'";

const same = (name: string): Parameters<typeof part>[5] => ({
  duckdb: ([t]) => `${name}(${t})`,
  spark: (t) => `${name}(${t})`,
});

const timeOfDay = (name: string): Parameters<typeof part>[5] => ({
  duckdb: ([t], [arg]) => `${name}(${asTimestamp(t!, arg!)})`,
  spark: (t) => `${name}(${t})`,
});

function asTimestamp(sql: string, arg: TypedExpression): string {
  return arg.type.kind === 'date' ? `TRY_CAST(${sql} AS TIMESTAMP)` : sql;
}

/** Days since the first of January, 1 being that. */
export function dayOfYear(days: number): number {
  return days - daysOf({ year: civilOf(days).year, month: 1, day: 1 }) + 1;
}

/** ISO 8601: the week's Thursday says its year. */
export function isoWeek(days: number): number {
  return Math.floor((dayOfYear(days - weekdayOf(days) + 4) - 1) / 7) + 1;
}

const isWeekend: FunctionEntry = {
  name: 'is_weekend',
  family: 'time',
  signature: 'is_weekend(t: date | timestamp) → boolean',
  summary: 'Whether the day is a Saturday or Sunday.',
  nulls: 'strict',
  check: takesTime(BOOLEAN),
  js: () => (t) => weekdayOf(splitTime(t).days) >= 6,
  pushDown: true,
  duckdb: ([t]) => `(isodow(${t}) >= 6)`,
  spark: ([t]) => `(weekday(${t}) >= 5)`,
  examples: [{ text: "is_weekend(DATE '2024-03-02')", gives: 'TRUE' }],
};

export const TIME_PARTS: readonly FunctionEntry[] = [
  part('year', 'The year; 0 is 1 BC.', DAY, '2024', (d) => civilOf(d).year, same('year')),
  part('quarter', '1 to 4.', DAY, '1', (d) => Math.ceil(civilOf(d).month / 3), same('quarter')),
  part('month', '1 to 12.', DAY, '2', (d) => civilOf(d).month, same('month')),
  part('week', 'The week by ISO 8601, 1 to 53.', DAY, '9', isoWeek, {
    duckdb: ([t]) => `week(${t})`,
    spark: (t) => `weekofyear(${t})`,
  }),
  part('day', 'Day of the month, 1 to 31.', DAY, '29', (d) => civilOf(d).day, same('day')),
  part('day_of_year', '1 to 366.', DAY, '60', dayOfYear, {
    duckdb: ([t]) => `dayofyear(${t})`,
    spark: (t) => `dayofyear(${t})`,
  }),
  part('day_of_week', '1 = Monday to 7 = Sunday.', DAY, '4', weekdayOf, {
    duckdb: ([t]) => `isodow(${t})`,
    spark: (t) => `weekday(${t}) + 1`,
  }),
  part(
    'hour',
    '0 to 23, UTC.',
    INSTANT,
    '13',
    (_, us) => Math.floor(us / 3.6e9),
    timeOfDay('hour'),
  ),
  part(
    'minute',
    '0 to 59.',
    INSTANT,
    '45',
    (_, us) => Math.floor(us / 6e7) % 60,
    timeOfDay('minute'),
  ),
  part(
    'second',
    '0 to 59.',
    INSTANT,
    '30',
    (_, us) => Math.floor(us / 1e6) % 60,
    timeOfDay('second'),
  ),
  isWeekend,
];
