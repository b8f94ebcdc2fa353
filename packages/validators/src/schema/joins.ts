import type { Rule } from '../rule.js';
import { told } from '../told.js';

/** What a join is put together from. */
export const JOIN_RULES: readonly Rule[] = [
  told({
    id: 'NOT_A_PART',
    layer: 'schema',
    severity: 'error',
    summary: 'Parts are made by part(…) of a groupBy or of entities.',
    hint: 'Is it undefined? Files that import each other in a circle see each other half made.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(undefined)] })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)] })`,
    },
  }),
  told({
    id: 'PARTS_EMPTY',
    layer: 'schema',
    severity: 'error',
    summary: 'A join has a part.',
    hint: 'Add part(…): the left alone is there already.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [] })`,
      passes: `join({ name: 'j', left: payments, parts: [part(shops)] })`,
    },
  }),
  told({
    id: 'NOT_A_LABEL',
    layer: 'schema',
    severity: 'error',
    summary: 'Labels are made by ahead(…).',
    hint: "Write ahead('is_fraud', { operation: 'max', windows: ['30d'], keys: ['user_id'] }).",
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], labels: [max('is_fraud')] })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], labels: [ahead('is_fraud', { operation: 'max', windows: ['30d'], keys: ['user_id'] })] })`,
    },
  }),
  told({
    id: 'LABEL_OPTION',
    layer: 'schema',
    severity: 'error',
    summary:
      'A label has no tail, lag, accuracy or strictness of its own: it looks ahead from the row, exactly (S2.7).',
    hint: 'Leave the option out.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], labels: [ahead('amount', { operation: 'sum', windows: ['1d'], keys: ['user_id'], lag: '1d' })] })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend, { lag: '1d' })], labels: [ahead('amount', { operation: 'sum', windows: ['1d'], keys: ['user_id'] })] })`,
    },
  }),
  told({
    id: 'LABEL_AS_OF',
    layer: 'schema',
    severity: 'error',
    summary: "A label's `asOf` is a day or an instant.",
    hint: "Write '2025-03-31', which stands for its end, or '2025-03-31T18:00:00Z'.",
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], labels: [ahead('amount', { operation: 'sum', windows: ['1d'], keys: ['user_id'], asOf: 'today' })] })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], labels: [ahead('amount', { operation: 'sum', windows: ['1d'], keys: ['user_id'], asOf: '2025-03-31' })] })`,
    },
  }),
  told({
    id: 'ONLY_EMPTY',
    layer: 'schema',
    severity: 'error',
    summary: '`only` keeps something.',
    hint: 'Name a column, or leave `only` out to keep all.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], only: [] })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], only: ['spend_count_7d'] })`,
    },
  }),
  told({
    id: 'ONLY_REPEATED',
    layer: 'schema',
    severity: 'error',
    summary: '`only` names a column once.',
    hint: 'Leave the second one out.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], only: ['spend_count_7d', 'spend_count_7d'] })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], only: ['spend_count_7d', 'spend_amount_sum_7d'] })`,
    },
  }),
  told({
    id: 'ONLY_NAMES_KEPT',
    layer: 'schema',
    severity: 'error',
    summary: '`only` is about features: left columns and keys stay anyway.',
    hint: 'Leave the column out of `only`.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], only: ['amount', 'spend_count_7d'] })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], only: ['spend_count_7d'] })`,
    },
  }),
];
