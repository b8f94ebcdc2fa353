import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Finding } from '@tessera/validators';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { random } from '../oracle/prng.js';
import { findingsOf } from './corruptions/build-draft.js';
import { type Corruption, corrupt, KINDS } from './corruptions/corrupt.js';
import { FRAUD_DRAFT } from './corruptions/fraud-draft.js';
import { judge, type Verdict } from './corruptions/judge.js';
import type { Reason } from './corruptions/reading.js';

const SHAPE = [
  'BAD_OPTION',
  'MISSING_OPTION',
  'UNKNOWN_OPTION',
  'NOT_A_PART',
  'NOT_AN_AGGREGATION',
  'NOT_A_LABEL',
  'DEFINITION_FAILED',
  'INPUT_MISSING',
];

/** Rules that are right for what is wrong. */
const RIGHT: Readonly<Record<Reason, readonly string[]>> = {
  unread: [...SHAPE, 'MISSING_OVER_EVENTS', 'LABEL_OPTION', 'BAD_TYPE', 'AHEAD_AMONG_FEATURES'],
  missing: [...SHAPE, 'LABEL_NEEDS_SOURCE'],
  kind: [
    ...SHAPE,
    'UNKNOWN_KEY',
    'BAD_TYPE',
    'BAD_WINDOW',
    'BAD_EXPRESSION',
    'BAD_PREDICATE',
    'BAD_NAME',
  ],
  reference: ['NOT_A_PART', 'BAD_OPTION', 'MISSING_OPTION'],
  // No builder; or one of something else, which says what it takes, or makes what is refused where it stands.
  builder: ['DEFINITION_FAILED', 'BAD_OPTION', 'UNKNOWN_OPTION', 'MISSING_OPTION', 'NOT_A_PART'],
  column: ['UNKNOWN_COLUMN', 'UNKNOWN_KEY', 'LEFT_LACKS_KEY', 'BAD_PREDICATE', 'BAD_EXPRESSION'],
  type: ['BAD_TYPE'],
  time: ['TIME_TYPE'],
  window: ['BAD_WINDOW', 'WINDOW_BELOW_HOP', 'WINDOW_WITHOUT_TIME', 'BAD_OPTION'],
  values: [
    'OPERATION_TYPE',
    'WEIGHT_TYPE',
    'NOT_SCALAR',
    'PERCENTILE_RANGE',
    'UNREADABLE_COLUMN',
    'BAD_OPTION',
  ],
  predicate: ['BAD_PREDICATE', 'EXPRESSION_TYPE'],
  expression: ['BAD_EXPRESSION', 'EXPRESSION_TYPE'],
  names: ['DUPLICATE_COLUMN_NAME', 'COLUMN_NAME_CASE'],
  name: ['BAD_NAME', 'MISSING_OPTION', 'BAD_OPTION'],
  keys: ['KEY_TYPE_MISMATCH', 'KEYS_REPEATED', 'KEY_MAPPED_TWICE'],
  word: ['BAD_OPTION'],
  served: ['ONLINE_EXACT_TAIL'],
  snapshot: ['ENTITIES_ACCURACY', 'INCLUSIVE_SNAPSHOT'],
  duplicate: ['DUPLICATE_DEFINITION'],
  nothing: ['BAD_OPTION', 'EVENTS_PASSED_THROUGH', 'KEYS_EMPTY'],
};

/** The product asks for more than meaning: what it refuses although the oracle has an answer. */
const STRICTER = new Set([
  // One value for all rows: nobody has asked for it yet.
  'KEYS_EMPTY',
  // Half a percent is written 0.5 far less often than one half.
  'PERCENTILE_FRACTION',
  'PARTS_EMPTY',
  // What is named twice would come out once, or twice the same.
  'KEYS_REPEATED',
  'PERCENTILE_REPEATED',
]);

interface Outcome extends Corruption {
  readonly seed: number;
  readonly verdict: Verdict | null;
  readonly errors: readonly Finding[];
  readonly crash: unknown;
}

const seeds = Number(process.env.TESSERA_SEED ?? 0);
const long = process.env.TESSERA_LONG === '1';
const COUNT = long ? 5000 : 60;
/** Seeds of what was accepted, refused or judged wrongly once, one of each kind. */
const REMEMBERED = [
  ...[1929, 2181, 2199, 2306, 2398, 3053, 5414, 7192, 8233, 9537, 9675],
  ...[10225, 16512, 23592],
];
const outcomes: Outcome[] = [];
let connection: DuckDBConnection;

beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await instance.connect();
  const chosen = Array.from({ length: COUNT }, (_, idx) => seeds + idx);
  for (const seed of new Set([...chosen, ...REMEMBERED])) {
    const corruption = corrupt(FRAUD_DRAFT, random(seed));
    let errors: readonly Finding[] = [];
    let crash: unknown = null;
    try {
      errors = findingsOf(corruption.draft).filter(({ severity }) => severity === 'error');
    } catch (error) {
      crash = error;
    }
    outcomes.push({
      seed,
      ...corruption,
      verdict: await judge(corruption.draft, connection),
      errors,
      crash,
    });
  }
});

afterAll(() => connection.closeSync());

const shown = ({ seed, kind, path, verdict, errors }: Outcome) =>
  `${seed} ${kind} at ${path}: ${verdict === null ? 'legal' : `${verdict.reason}, ${verdict.message}`} / ${[...new Set(errors.map(({ rule }) => rule))].join() || 'accepted'}`;

test('what is not corrupted has a meaning, and is accepted', async () => {
  expect(await judge(FRAUD_DRAFT, connection)).toBeNull();
  expect(findingsOf(FRAUD_DRAFT).filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('there are many kinds, and many of both verdicts', () => {
  const kinds = new Set(outcomes.map(({ kind }) => kind));
  if (long) expect(kinds.size).toBe(KINDS.length);
  expect(kinds.size).toBeGreaterThanOrEqual(15);
  const illegal = outcomes.filter(({ verdict }) => verdict !== null);
  expect(illegal.length).toBeGreaterThan(COUNT / 2);
  expect(outcomes.length - illegal.length).toBeGreaterThan(COUNT / 20);
});

test('nothing crashes', () => {
  expect(
    outcomes
      .filter(({ crash }) => crash !== null)
      .map((one) => `${shown(one)} ${String(one.crash)}`),
  ).toEqual([]);
});

test('no definition without a meaning is accepted', () => {
  const survivors = outcomes.filter(
    ({ verdict, errors }) => verdict !== null && errors.length === 0,
  );
  expect(survivors.map(shown)).toEqual([]);
});

test('each is refused by a rule that is about what is wrong', () => {
  const wrong = outcomes.filter(
    ({ verdict, errors }) =>
      verdict !== null &&
      errors.length > 0 &&
      !errors.some(({ rule }) => RIGHT[verdict.reason].includes(rule) || STRICTER.has(rule)),
  );
  expect(wrong.map(shown)).toEqual([]);
});

test('what has a meaning is refused only where that is wanted', () => {
  const refused = outcomes.filter(({ verdict, errors }) => verdict === null && errors.length > 0);
  expect(
    refused.filter(({ errors }) => !errors.every(({ rule }) => STRICTER.has(rule))).map(shown),
  ).toEqual([]);
});
