import {
  closest,
  combineProblems,
  count,
  ERROR_TABLE,
  events,
  formatError,
  groupBy,
  isTesseraError,
  locateError,
  sum,
  TesseraError,
} from '@tessera/api';
import { expect, test } from 'vitest';
import { transactions } from './fraud.js';

function caught(define: () => unknown): TesseraError {
  try {
    define();
  } catch (error) {
    if (isTesseraError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** What plain JavaScript would pass: the compiler refuses it. */
const untyped = (value: unknown): never => value as never;

test('a misspelt column reads as NORTHSTAR shows', () => {
  const error = caught(() =>
    groupBy({
      name: 'user_spend',
      source: transactions,
      keys: ['user_id'],
      aggregations: [untyped(sum('ammount'))],
    }),
  );
  expect(formatError(locateError(error, 'features/user-spend.ts'))).toBe(
    [
      "error UNKNOWN_COLUMN  features/user-spend.ts › user_spend › sum('ammount')",
      '  payments.transactions has no column `ammount`. Did you mean `amount`?',
      '  columns: amount, channel, currency, device_id, is_fraud, merchant_id, transaction_id, ts, user_id',
    ].join('\n'),
  );
  expect(error.kind).toBe('user');
  expect(error.at).toBe("user_spend › sum('ammount')");
  expect(error.hint).toContain('Did you mean `amount`?');
  expect(error.params).toMatchObject({ source: 'payments.transactions', column: 'ammount' });
  expect(error.problems).toEqual([error]);
});

test('all problems of a definition are told together, in order', () => {
  const error = caught(() =>
    groupBy({
      name: 'g',
      source: transactions,
      keys: untyped(['usr_id']),
      aggregations: untyped([
        sum('user_id', { windows: ['2m'] }),
        count({ windows: ['7d'], where: 'amount > AND' }),
      ]),
    }),
  );
  expect(error.code).toBe('UNKNOWN_COLUMN');
  expect(error.problems.map((one) => [one.code, one.at])).toEqual([
    ['UNKNOWN_COLUMN', 'g › keys'],
    ['OPERATION_TYPE', "g › sum('user_id')"],
    ['BAD_WINDOW', "g › sum('user_id')"],
    ['BAD_PREDICATE', 'g › count()'],
  ]);
  expect(formatError(error)).toBe(
    [
      'error UNKNOWN_COLUMN  g › keys',
      '  payments.transactions has no column `usr_id`. Did you mean `user_id`?',
      '  columns: amount, channel, currency, device_id, is_fraud, merchant_id, transaction_id, ts, user_id',
      "error OPERATION_TYPE  g › sum('user_id')",
      '  sum does not take string: column `user_id`.',
      '  sum takes numbers (int32, int64, float, double, decimal, epoch_*), booleans, or lists of them.',
      '  columns it takes: amount, is_fraud',
      "error BAD_WINDOW  g › sum('user_id')",
      "  window '2m' is shorter than 5 minutes, the hop of a sawtooth tail.",
      "  Use '5m' or longer, or `tail: 'exact'` (offline only).",
      'error BAD_PREDICATE  g › count()',
      '  where: expected a column or a value, found `AND`.',
      '  amount > AND',
      '           ^',
    ].join('\n'),
  );
});

test('a problem of options does not hide the others', () => {
  const error = caught(() =>
    events(
      untyped({ name: 3, path: 'p', columns: { a: 'strng', t: 'timstamp' }, time: 't', tym: 1 }),
    ),
  );
  expect(error.problems.map((one) => one.summary)).toEqual([
    '`name` must be text.',
    '`tym` is no option here.',
    "type 'strng' is not a type.",
    "type 'timstamp' is not a type.",
  ]);
});

test('causes, errors of others, and errors of another copy of the package', () => {
  const cause = new Error('disk on fire');
  const error = new TesseraError(
    'FILE_UNREADABLE',
    { path: 'x.parquet', reason: 'see cause' },
    { cause },
  );
  expect(formatError(error)).toBe(
    'error FILE_UNREADABLE\n  x.parquet could not be read: see cause',
  );
  expect(error.cause).toBe(cause);
  expect(formatError(new TypeError('x is undefined'))).toBe(
    'error INTERNAL\n  broken invariant: x is undefined\n  This is a bug in tessera: please report it with the command and the definitions.',
  );
  expect(formatError('thrown text')).toContain('thrown text');
  const foreign = Object.assign(new Error('m'), {
    name: 'TesseraError',
    code: 'INTERNAL',
    problems: [],
  });
  expect(isTesseraError(foreign)).toBe(true);
  expect(isTesseraError(cause)).toBe(false);
});

test('an error survives being sent as data', () => {
  const error = new TesseraError('SUM_OVERFLOW', { column: 'g_x_sum', key: 'id=7' }, { at: 'g' });
  const sent = JSON.parse(JSON.stringify({ code: error.code, params: error.params, at: error.at }));
  expect(new TesseraError(sent.code, sent.params, { at: sent.at }).message).toBe(error.message);
});

test('one problem stays itself; none is our own bug', () => {
  const error = new TesseraError('INTERRUPTED', {});
  expect(combineProblems([error])).toBe(error);
  expect(combineProblems([]).code).toBe('INTERNAL');
});

test('the table: every code has a kind and says something', () => {
  const kinds = Object.entries(ERROR_TABLE).map(([code, entry]) => `${code} ${entry.kind}`);
  expect(kinds).toMatchInlineSnapshot(`
    [
      "UNKNOWN_COLUMN user",
      "UNKNOWN_KEY user",
      "KEY_TYPE_MISMATCH user",
      "OPERATION_TYPE user",
      "DERIVATION_CYCLE user",
      "DUPLICATE_COLUMN_NAME user",
      "LABEL_LEAK user",
      "BAD_TYPE user",
      "BAD_WINDOW user",
      "BAD_OPTION user",
      "BAD_NAME user",
      "BAD_PREDICATE user",
      "BAD_EXPRESSION user",
      "TYPE_DISAGREES user",
      "UNKNOWN_JOIN user",
      "UNKNOWN_GROUP_BY user",
      "NO_DEFINITIONS user",
      "DUPLICATE_DEFINITION user",
      "DEFINITION_FAILED user",
      "VALIDATION_FAILED user",
      "RULE_BROKEN user",
      "BREAKING_CHANGE user",
      "UNKNOWN_REVISION user",
      "NEWER_COMPILED user",
      "BAD_COMPILED user",
      "BAD_RANGE user",
      "PATH_MISSING user",
      "NO_PARTITIONS user",
      "DS_WITHOUT_FOLDERS user",
      "NO_TABLES user",
      "NO_EVENTS user",
      "FOLDER_IN_USE user",
      "NOT_PUBLISHED user",
      "TESTS_FAILED user",
      "BAD_PARTITION user",
      "REMOTE_PATH user",
      "FILE_UNREADABLE environment",
      "FILE_CHANGED environment",
      "SCHEMA_MISSING_COLUMN user",
      "SCHEMA_TYPE user",
      "SCHEMA_DISAGREES user",
      "NULL_IN_COLUMN user",
      "MISSING_SNAPSHOT user",
      "FEATURES_STALE user",
      "MIXED_DEFINITIONS user",
      "DUPLICATE_ENTITY_KEY user",
      "SUM_OVERFLOW user",
      "VECTOR_LENGTH user",
      "VECTOR_NULL user",
      "INFINITE_INPUT user",
      "TOO_MANY_DISTINCT user",
      "BAD_STORE user",
      "NOT_UPLOADED user",
      "NOTHING_TO_ROLL_BACK user",
      "VERSION_IN_USE user",
      "UPLOAD_LOCKED environment",
      "STORE_UNAVAILABLE environment",
      "STORE_FULL environment",
      "STORE_VERSION_GONE environment",
      "STORE_DAMAGED environment",
      "UPLOAD_NOT_VERIFIED environment",
      "SERVED_SCHEMA_CHANGED user",
      "NOT_ANSWERED environment",
      "TOO_OLD environment",
      "TIMEOUT environment",
      "DATASET_LOCKED environment",
      "DAMAGED environment",
      "DISK_FULL environment",
      "NOT_WRITABLE environment",
      "NOTHING_ONLINE user",
      "EXACT_TAIL_ONLINE user",
      "NOTHING_COMPARED user",
      "MEMORY_TOO_SMALL environment",
      "OUT_OF_MEMORY environment",
      "ADDRESS_SPACE environment",
      "DUCKDB_FAILED environment",
      "INTERRUPTED environment",
      "INTERNAL internal",
    ]
  `);
});

test('the nearest word', () => {
  const words = ['amount', 'channel', 'user_id', 'id'];
  expect(closest('ammount', words)).toBe('amount');
  expect(closest('Amount', words)).toBe('amount');
  expect(closest('amuont', words)).toBe('amount');
  expect(closest('userid', words)).toBe('user_id');
  expect(closest('chnl', words)).toBeUndefined();
  expect(closest('q', words)).toBeUndefined();
  expect(closest('', words)).toBeUndefined();
  expect(closest('x'.repeat(1e6), words)).toBeUndefined();
});
