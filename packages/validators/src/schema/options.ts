import type { Rule } from '../rule.js';
import { told } from '../told.js';

/** The shape of definitions: options that are there, of the right kind, under names that can be used. */
export const OPTION_RULES: readonly Rule[] = [
  told({
    id: 'UNKNOWN_OPTION',
    layer: 'schema',
    severity: 'error',
    summary: 'An option is one that its builder knows.',
    hint: 'Write it as it is spelt in the list of options.',
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count({ windws: ['7d'] })] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count({ windows: ['7d'] })] })`,
    },
  }),
  told({
    id: 'MISSING_OPTION',
    layer: 'schema',
    severity: 'error',
    summary: 'What a definition needs is given.',
    hint: 'Add the option.',
    example: {
      fires: `groupBy({ name: 'g', keys: ['user_id'], aggregations: [count()] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count()] })`,
    },
  }),
  told({
    id: 'BAD_OPTION',
    layer: 'schema',
    severity: 'error',
    summary: 'An option is given a value of its kind.',
    hint: 'Give it a value of the kind that the message names.',
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: 'user_id', aggregations: [count()] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count()] })`,
    },
  }),
  told({
    id: 'BAD_NAME',
    layer: 'schema',
    severity: 'error',
    summary: 'A name has a letter or digit, fits in a folder name, and leads nowhere else.',
    hint: 'Use letters, digits, `_`, `-`, `.`: a name becomes a folder and a part of column names.',
    example: {
      fires: `groupBy({ name: '../g', source: payments, keys: ['user_id'], aggregations: [count()] })`,
      passes: `groupBy({ name: 'team.g', source: payments, keys: ['user_id'], aggregations: [count()] })`,
    },
  }),
  told({
    id: 'RESERVED_NAME',
    layer: 'schema',
    severity: 'error',
    summary: 'No column of a user is called `ds` in disguise, or begins with two underscores.',
    hint: 'Give the column another name; `select` can rename one of the files.',
    example: {
      fires: `events({ name: 'e', path: 'e', columns: { __id: 'string', at: 'timestamp' }, time: 'at' })`,
      passes: `events({ name: 'e', path: 'e', columns: { _id: 'string', at: 'timestamp' }, time: 'at' })`,
    },
  }),
  told({
    id: 'BAD_TYPE',
    layer: 'schema',
    severity: 'error',
    summary: 'A type is one that there is.',
    hint: 'The types are listed in the message.',
    example: {
      fires: `events({ name: 'e', path: 'e', columns: { n: 'number', at: 'timestamp' }, time: 'at' })`,
      passes: `events({ name: 'e', path: 'e', columns: { n: 'double', at: 'timestamp' }, time: 'at' })`,
    },
  }),
  told({
    id: 'COLUMNS_EMPTY',
    layer: 'schema',
    severity: 'error',
    summary: 'A source declares the columns that are used of it.',
    hint: 'Declare at least one: `tessera schema <path>` prints what files have.',
    example: {
      fires: `entities({ name: 'e', path: 'e', keys: [], columns: {} })`,
      passes: `entities({ name: 'e', path: 'e', keys: ['id'], columns: { id: 'string', n: 'int64' } })`,
    },
  }),
  told({
    id: 'COLUMN_NAME_CASE',
    layer: 'schema',
    severity: 'error',
    summary: 'Declared columns differ by more than upper and lower case.',
    hint: 'Rename one of them in the data: DuckDB and Spark take the two for one.',
    example: {
      fires: `events({ name: 'e', path: 'e', columns: { Id: 'string', id: 'string', at: 'timestamp' }, time: 'at' })`,
      passes: `events({ name: 'e', path: 'e', columns: { Id: 'string', other_id: 'string', at: 'timestamp' }, time: 'at' })`,
    },
  }),
  told({
    id: 'DUPLICATE_COLUMN_NAME',
    layer: 'schema',
    severity: 'error',
    summary: 'Every output column has a name of its own (S6).',
    hint: "Name one of the two with `as: '…'`, or give its part a `prefix: '…'`.",
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [
  sum('amount', { windows: ['7d'] }),
  sum('amount', { windows: ['7d'], where: "currency = 'EUR'" }),
] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [
  sum('amount', { windows: ['7d'] }),
  sum('amount', { windows: ['7d'], where: "currency = 'EUR'", as: 'euros' }),
] })`,
    },
  }),
];
