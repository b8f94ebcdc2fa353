import { BOOLEAN, type ExprType, INT64, STRING, type Value } from '../types.js';
import type { FunctionEntry } from './function-entry.js';
import { isSomeText, isWhole, takes } from './rules.js';
import { sparkClamped, sparkOnce } from './spark-once.js';

/** Longer texts are not made by padding: null. */
const MOST_CHARS = 1_000_000;

type Spec = Pick<FunctionEntry, 'summary' | 'pushDown' | 'examples'> & {
  readonly name: string;
  readonly params: string;
  readonly wanted: readonly ExprType[];
  readonly required?: number;
  readonly type?: ExprType;
  readonly js: (...values: readonly Value[]) => Value;
  readonly duckdb?: FunctionEntry['duckdb'];
  readonly spark?: FunctionEntry['spark'];
};

function text(spec: Spec): FunctionEntry {
  const { name, params, wanted, required, type = STRING, js, ...rest } = spec;
  return {
    name,
    family: 'string',
    signature: `${name}(${params}) → ${type.kind}`,
    nulls: 'strict',
    check: takes(wanted, type, required),
    js: () => js,
    duckdb: (sql) => `${name}(${sql.join(', ')})`,
    spark: (sql) => `${name}(${sql.join(', ')})`,
    ...rest,
  };
}

/** A number of characters as an index into an array of them. */
function index(value: Value): number {
  const count = Number(value as bigint);
  return Math.max(-(2 ** 52), Math.min(2 ** 52, count));
}

function chars(value: Value): string[] {
  return [...(value as string)];
}

function substring(value: Value, start: Value, length: Value | undefined): string {
  const all = chars(value);
  const from = index(start);
  // From the end where negative; 0 is taken as 1.
  const first = from > 0 ? from - 1 : from < 0 ? all.length + from : 0;
  const end = length === undefined ? all.length : first + Math.max(0, index(length));
  return all.slice(Math.max(0, first), Math.max(0, end)).join('');
}

function padding(value: Value, wanted: Value, fill: Value): string | null {
  const count = index(wanted);
  if (count > MOST_CHARS) return null;
  const filler = chars(fill);
  const missing = count - chars(value).length;
  if (missing <= 0 || filler.length === 0) return '';
  return Array.from({ length: missing }, (_, at) => filler[at % filler.length]!).join('');
}

function padded(side: 'left' | 'right'): Spec['js'] {
  return (value, wanted, fill = ' ') => {
    const extra = padding(value!, wanted!, fill);
    if (extra === null) return null;
    const own = chars(value!)
      .slice(0, Math.max(0, index(wanted!)))
      .join('');
    return side === 'left' ? extra + own : own + extra;
  };
}

function splitPart(value: Value, separator: Value, part: Value): string | null {
  const at = index(part);
  if (at === 0) return null;
  const parts = separator === '' ? [value as string] : (value as string).split(separator as string);
  return parts[at > 0 ? at - 1 : parts.length + at] ?? '';
}

const pad = (name: string, gives: string, side: 'left' | 'right'): FunctionEntry =>
  text({
    name,
    params: 's: string, length: int64, fill?: string',
    wanted: [STRING, INT64, STRING],
    required: 2,
    summary: `s with fill (a space) repeated on its ${side}, or cut off, so that it has that many characters.`,
    js: padded(side),
    // DuckDB refuses lengths and fills that cannot be.
    pushDown: (args) => isWhole(args[1], 0, MOST_CHARS) && (args.length < 3 || isSomeText(args[2])),
    duckdb: (sql) => `${name}(${sql[0]}, CAST(${sql[1]} AS INTEGER), ${sql[2] ?? "' '"})`,
    spark: (sql) => {
      const length = sparkOnce(
        sql[1]!,
        (v) => `CAST(CASE WHEN ${v} < 0 THEN 0 WHEN ${v} <= ${MOST_CHARS} THEN ${v} END AS INT)`,
      );
      return `${name}(${sql[0]}, ${length}, ${sql[2] ?? "' '"})`;
    },
    examples: [{ text: `${name}('7', 3, '0')`, gives }],
  });

const trim = (name: string, where: string, gives: string): FunctionEntry =>
  text({
    name,
    params: 's: string',
    wanted: [STRING],
    summary: `s without the spaces (U+0020) at ${where}.`,
    js:
      name === 'trim'
        ? (s) => (s as string).replace(/^ +/, '').replace(/(?<! ) +$/, '')
        : name === 'ltrim'
          ? (s) => (s as string).replace(/^ +/, '')
          : (s) => (s as string).replace(/(?<! ) +$/, ''),
    pushDown: true,
    duckdb: ([s]) => `${name}(${s}, ' ')`,
    examples: [{ text: `${name}('  a b ')`, gives }],
  });

const side = (
  name: 'left' | 'right',
  gives: string,
  js: (all: string[], count: number) => string[],
): FunctionEntry =>
  text({
    name,
    params: 's: string, length: int64',
    wanted: [STRING, INT64],
    summary: `The ${name === 'left' ? 'first' : 'last'} characters of s.`,
    js: (s, count) => js(chars(s!), Math.max(0, index(count!))).join(''),
    pushDown: (args) => isWhole(args[1], 0, 1e9),
    spark: ([s, count]) => `${name}(${s}, ${sparkClamped(count!, 2_147_483_647, 0)})`,
    examples: [{ text: `${name}('abcd', 2)`, gives }],
  });

const holds = (
  name: string,
  summary: string,
  js: (s: string, other: string) => boolean,
  example: string,
  sparkName: string = name,
): FunctionEntry =>
  text({
    name,
    params: 's: string, other: string',
    wanted: [STRING, STRING],
    type: BOOLEAN,
    summary,
    js: (s, other) => js(s as string, other as string),
    pushDown: true,
    spark: ([s, other]) => `${sparkName}(${s}, ${other})`,
    examples: [{ text: example, gives: 'TRUE' }],
  });

export const STRINGS: readonly FunctionEntry[] = [
  text({
    name: 'length',
    params: 's: string',
    wanted: [STRING],
    type: INT64,
    summary: 'Number of characters (code points).',
    js: (s) => BigInt(chars(s!).length),
    pushDown: true,
    spark: ([s]) => `CAST(length(${s}) AS BIGINT)`,
    examples: [
      { text: "length('été')", gives: '3' },
      { text: "length('😀')", gives: '1' },
    ],
  }),
  text({
    name: 'upper',
    params: 's: string',
    wanted: [STRING],
    summary: "Upper case by Unicode's full, language-independent mapping.",
    js: (s) => (s as string).toUpperCase(),
    pushDown: false,
    examples: [{ text: "upper('straße')", gives: "'STRASSE'" }],
  }),
  text({
    name: 'lower',
    params: 's: string',
    wanted: [STRING],
    summary: "Lower case by Unicode's full, language-independent mapping.",
    js: (s) => (s as string).toLowerCase(),
    pushDown: false,
    examples: [{ text: "lower('ÉTÉ')", gives: "'été'" }],
  }),
  trim('trim', 'both ends', "'a b'"),
  trim('ltrim', 'its beginning', "'a b '"),
  trim('rtrim', 'its end', "'  a b'"),
  text({
    name: 'substring',
    params: 's: string, start: int64, length?: int64',
    wanted: [STRING, INT64, INT64],
    required: 2,
    summary:
      'Characters from start on, 1 being the first (0 too), -1 the last; all of them without a length.',
    js: substring,
    // DuckDB takes 0 for the place before the first, lengths below zero as reaching back, and counts from before the beginning.
    pushDown: ([, start, length]) =>
      length === undefined
        ? isWhole(start, 1, 1e9) || isWhole(start, -1e9, -1)
        : isWhole(start, 1, 1e9) && isWhole(length, 0, 1e9),
    spark: (sql) =>
      `substring(${[sql[0]!, ...sql.slice(1).map((n) => sparkClamped(n, 1e9))].join(', ')})`,
    examples: [
      { text: "substring('abcdef', 2, 3)", gives: "'bcd'" },
      { text: "substring('abcdef', -2)", gives: "'ef'" },
    ],
  }),
  side('left', "'ab'", (all, count) => all.slice(0, count)),
  side('right', "'cd'", (all, count) => all.slice(Math.max(0, all.length - count))),
  text({
    name: 'replace',
    params: 's: string, from: string, to: string',
    wanted: [STRING, STRING, STRING],
    summary: 'Every `from` in s, from left to right, replaced; an empty `from` replaces nothing.',
    js: (s, from, to) =>
      from === '' ? s! : (s as string).split(from as string).join(to as string),
    pushDown: true,
    examples: [{ text: "replace('a-b-c', '-', '')", gives: "'abc'" }],
  }),
  holds(
    'starts_with',
    'Whether s begins with the other.',
    (s, o) => s.startsWith(o),
    "starts_with('abc', 'ab')",
    'startswith',
  ),
  holds(
    'ends_with',
    'Whether s ends with the other.',
    (s, o) => s.endsWith(o),
    "ends_with('abc', 'bc')",
    'endswith',
  ),
  holds(
    'contains',
    'Whether the other is found in s.',
    (s, o) => s.includes(o),
    "contains('abc', 'b')",
  ),
  text({
    name: 'instr',
    params: 's: string, other: string',
    wanted: [STRING, STRING],
    type: INT64,
    summary: 'Place of the other in s, 1 being the first character; 0 where it is not found.',
    js: (s, other) => {
      const at = (s as string).indexOf(other as string);
      return at < 0 ? 0n : BigInt([...(s as string).slice(0, at)].length + 1);
    },
    pushDown: true,
    spark: ([s, other]) => `CAST(instr(${s}, ${other}) AS BIGINT)`,
    examples: [{ text: "instr('abc', 'c')", gives: '3' }],
  }),
  text({
    name: 'split_part',
    params: 's: string, separator: string, part: int64',
    wanted: [STRING, STRING, INT64],
    summary:
      'That part of s between separators, 1 being the first, -1 the last; empty where there is none, null for part 0. An empty separator splits nothing.',
    js: splitPart,
    pushDown: (args) =>
      isSomeText(args[1]) && (isWhole(args[2], 1, 1e9) || isWhole(args[2], -1e9, -1)),
    spark: ([s, separator, part]) =>
      `split_part(${s}, ${separator}, ${sparkClamped(`nullif(${part}, 0)`, 1e9)})`,
    examples: [
      { text: "split_part('a.b.c', '.', 2)", gives: "'b'" },
      { text: "split_part('a.b.c', '.', -1)", gives: "'c'" },
    ],
  }),
  pad('lpad', "'007'", 'left'),
  pad('rpad', "'700'", 'right'),
  text({
    name: 'reverse',
    params: 's: string',
    wanted: [STRING],
    summary: 'The characters (code points) in reverse.',
    js: (s) => chars(s!).reverse().join(''),
    pushDown: false,
    examples: [{ text: "reverse('abc')", gives: "'cba'" }],
  }),
];
