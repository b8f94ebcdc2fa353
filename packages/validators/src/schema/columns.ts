import type { Rule } from '../rule.js';
import { told } from '../told.js';

/** Columns that definitions name: that they are there, and of a type that can be what they are named as. */
export const COLUMN_RULES: readonly Rule[] = [
  told({
    id: 'UNKNOWN_COLUMN',
    layer: 'schema',
    severity: 'error',
    summary: 'A column that is named is declared.',
    hint: 'Correct the name, or declare the column in the source.',
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [sum('ammount')] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [sum('amount')] })`,
    },
  }),
  told({
    id: 'NOT_SCALAR',
    layer: 'schema',
    severity: 'error',
    summary: 'Keys, buckets, tie breakers and event ids are single values, no lists or maps.',
    hint: 'Name a scalar column, or `select` one out of the list.',
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: ['tags'], aggregations: [count()] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['currency'], aggregations: [count()] })`,
    },
  }),
  told({
    id: 'KEYS_EMPTY',
    layer: 'schema',
    severity: 'error',
    summary: 'Entities and groupBys have keys.',
    hint: 'Name at least one column: a value is always that of a key.',
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: [], aggregations: [count()] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count()] })`,
    },
  }),
  told({
    id: 'KEYS_REPEATED',
    layer: 'schema',
    severity: 'error',
    summary: 'A key is named once.',
    hint: 'Leave the second one out.',
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: ['user_id', 'user_id'], aggregations: [count()] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id', 'shop_id'], aggregations: [count()] })`,
    },
  }),
  told({
    id: 'TIME_TYPE',
    layer: 'schema',
    severity: 'error',
    summary: "A source's time is of a type that is a time (S1.1).",
    hint: 'Declare it as timestamp, timestamptz, timestamp_ns, date, epoch_ms, epoch_s or epoch_us.',
    example: {
      fires: `events({ name: 'e', path: 'e', columns: { id: 'string', at: 'int64' }, time: 'at' })`,
      passes: `events({ name: 'e', path: 'e', columns: { id: 'string', at: 'epoch_ms' }, time: 'at' })`,
    },
  }),
  told({
    id: 'UNREADABLE_COLUMN',
    layer: 'schema',
    severity: 'error',
    summary: 'Columns that entities pass through are of types that a feature can have.',
    hint: 'Leave the column out of the source, or aggregate it.',
    example: {
      fires: `groupBy({
  name: 'g', keys: ['id'], aggregations: [],
  source: entities({ name: 'e', path: 'e', keys: ['id'], columns: { id: 'string', counts: 'map<string,int64>' } }),
})`,
      passes: `groupBy({
  name: 'g', keys: ['id'], aggregations: [],
  source: entities({ name: 'e', path: 'e', keys: ['id'], columns: { id: 'string', counts: 'list<int64>' } }),
})`,
    },
  }),
  told({
    id: 'BAD_PREDICATE',
    layer: 'schema',
    severity: 'error',
    summary: 'A `where` can be read, names declared columns, and compares what can be compared.',
    hint: 'The mark is under the character: docs/expressions.md has the language.',
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count({ where: "amount = 'much'" })] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count({ where: 'amount > 100' })] })`,
    },
  }),
  told({
    id: 'BAD_EXPRESSION',
    layer: 'schema',
    severity: 'error',
    summary: 'A computed column can be read, and names columns of its row.',
    hint: 'The mark is under the character: docs/expressions.md has the language.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], derive: { ratio: 'amount / spend_amount_sum_70d' } })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], derive: { ratio: 'amount / spend_amount_sum_7d' } })`,
    },
  }),
  told({
    id: 'EXPRESSION_TYPE',
    layer: 'schema',
    severity: 'error',
    summary:
      'An expression calls functions that there are, with what they take, and gives the declared type.',
    hint: 'docs/functions.md says what each function takes and gives.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], derive: { city: 'upper(currency)' } })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], derive: { city: { expression: 'upper(currency)', type: 'string' } } })`,
    },
  }),
  told({
    id: 'TYPE_DISAGREES',
    layer: 'schema',
    severity: 'error',
    summary: 'DuckDB gives every expression the type that Tessera gives it.',
    hint: 'Both type every expression, and should agree: please report it. CAST(… AS …) says which type is meant.',
    example: {
      fires: `{ definitions: groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count({ where: 'amount > 5' })] }), duckDbSays: 'INTEGER' }`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count({ where: 'amount > 5' })] })`,
    },
  }),
  told({
    id: 'SQL_COMPUTES_COLUMN',
    layer: 'schema',
    severity: 'error',
    summary: 'sql(…) filters rows; it computes no column.',
    hint: 'Write an expression: it has one meaning offline and online.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], derive: { big: sql('amount > 3') } })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], derive: { big: { expression: 'amount > 3', type: 'boolean' } } })`,
    },
  }),
];
