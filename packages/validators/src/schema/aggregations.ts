import type { Rule } from '../rule.js';
import { told } from '../told.js';

const over = (aggregation: string): string =>
  `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [${aggregation}] })`;

/** Aggregations: operation × type, arguments, windows. */
export const AGGREGATION_RULES: readonly Rule[] = [
  told({
    id: 'OPERATION_TYPE',
    layer: 'schema',
    severity: 'error',
    summary: 'An operation is given a column of a type that it takes (S5).',
    hint: 'docs/operations.md has a table of operations and types.',
    example: { fires: over(`sum('currency')`), passes: over(`last('currency')`) },
  }),
  told({
    id: 'NOT_AN_AGGREGATION',
    layer: 'schema',
    severity: 'error',
    summary: 'Aggregations are what count(…), sum(…) and the like return.',
    hint: 'Call a builder.',
    example: { fires: over(`'amount'`), passes: over(`sum('amount')`) },
  }),
  told({
    id: 'INPUT_MISSING',
    layer: 'schema',
    severity: 'error',
    summary: 'An operation other than count names the column that it is about.',
    hint: 'Name the column: sum(<column>, …).',
    example: {
      fires: over(`sum(undefined, { windows: ['7d'] })`),
      passes: over(`count({ windows: ['7d'] })`),
    },
  }),
  told({
    id: 'AS_MISSING',
    layer: 'schema',
    severity: 'error',
    summary: 'An expression that is aggregated is given a name.',
    hint: "Name it, `as: 'spent'`: that stands in the place of input and operation.",
    example: {
      fires: over(`sum(expr('amount * 2'), { windows: ['7d'] })`),
      passes: over(`sum(expr('amount * 2'), { windows: ['7d'], as: 'twice' })`),
    },
  }),
  told({
    id: 'WEIGHT_TYPE',
    layer: 'schema',
    severity: 'error',
    summary: 'Weights are numbers.',
    hint: 'Name a column of numbers.',
    example: {
      fires: over(`weightedAverage('amount', { weight: 'currency' })`),
      passes: over(`weightedAverage('amount', { weight: 'cents' })`),
    },
  }),
  told({
    id: 'BAD_WINDOW',
    layer: 'schema',
    severity: 'error',
    summary: 'A window or lag is a positive whole number of minutes, hours or days (S2.5).',
    hint: "Write '30m', '1h', '7d'; null is unbounded.",
    example: {
      fires: over(`count({ windows: ['1w'] })`),
      passes: over(`count({ windows: ['7d'] })`),
    },
  }),
  told({
    id: 'WINDOW_BELOW_HOP',
    layer: 'schema',
    severity: 'error',
    summary: 'A window with a sawtooth tail is at least its hop long, 5 minutes.',
    hint: "Use '5m' or longer, or `tail: 'exact'` (offline only).",
    example: {
      fires: over(`count({ windows: ['4m'] })`),
      passes: over(`count({ windows: ['4m'], tail: 'exact' })`),
    },
  }),
  told({
    id: 'WINDOW_WITHOUT_TIME',
    layer: 'schema',
    severity: 'error',
    summary: 'Windows are over rows that have a time (S3.2).',
    hint: "Declare `time: '…'` on the entities, or leave the windows out.",
    example: {
      fires: `groupBy({ name: 'g', source: shops, keys: ['country'], aggregations: [average('rating', { windows: ['7d'] })] })`,
      passes: `groupBy({ name: 'g', source: shops, keys: ['country'], aggregations: [average('rating')] })`,
    },
  }),
  told({
    id: 'PERCENTILE_RANGE',
    layer: 'schema',
    severity: 'error',
    summary: 'Percentiles are from 0 to 100.',
    hint: 'Write 99 for the 99th.',
    example: {
      fires: over(`approxPercentile('amount', { percentiles: [50, 101] })`),
      passes: over(`approxPercentile('amount', { percentiles: [50, 100] })`),
    },
  }),
  told({
    id: 'PERCENTILE_FRACTION',
    layer: 'schema',
    severity: 'error',
    summary: 'Percentiles are no fractions of one.',
    hint: 'Write 50, not 0.5.',
    example: {
      fires: over(`approxPercentile('amount', { percentiles: [0.5] })`),
      passes: over(`approxPercentile('amount', { percentiles: [99.5] })`),
    },
  }),
  told({
    id: 'PERCENTILE_REPEATED',
    layer: 'schema',
    severity: 'error',
    summary: 'A percentile is asked for once.',
    hint: 'Leave the second one out.',
    example: {
      fires: over(`approxPercentile('amount', { percentiles: [50, 50] })`),
      passes: over(`approxPercentile('amount', { percentiles: [50, 99] })`),
    },
  }),
  told({
    id: 'EVENTS_PASSED_THROUGH',
    layer: 'schema',
    severity: 'error',
    summary: 'Events are aggregated; only entities are passed through.',
    hint: 'Write a groupBy with aggregations over the events.',
    example: {
      fires: over(''),
      passes: `groupBy({ name: 'g', source: shops, keys: ['shop_id'], aggregations: [] })`,
    },
  }),
];
