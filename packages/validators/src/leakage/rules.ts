import {
  expressionColumns,
  type JoinSpec,
  labelWarnings,
  leftColumns,
  type PartSpec,
  withInputs,
} from '@tessera/api';
import { featureParts, type ValidationContext } from '../context.js';
import { datasetOf } from '../dependency/graph.js';
import type { Rule } from '../rule.js';
import { told } from '../told.js';

const LABEL = `labels: [ahead('is_fraud', { operation: 'max', windows: ['30d'], keys: ['user_id'] })]`;

/** Left columns that a label is made of, where it is made of the left. */
function labelInputs({ left, labels = [] }: JoinSpec): ReadonlySet<string> {
  return new Set(
    labels
      .filter(({ groupBy }) => groupBy.source.path === left.path)
      .flatMap(({ groupBy }) =>
        withInputs(
          groupBy.source,
          groupBy.aggregations.flatMap(({ input }) => input ?? []),
        ),
      ),
  );
}

/** An event of the left itself is among those that the part counts at the row's own instant. */
function seesOwnRow({ left }: JoinSpec, { at, lagMs, keys, groupBy }: PartSpec): boolean {
  return (
    at === 'inclusive' &&
    lagMs === 0 &&
    groupBy.source.kind === 'events' &&
    groupBy.source.path === left.path &&
    keys.every((key) => key.left === key.right)
  );
}

const labelled = (context: ValidationContext) =>
  context.joins
    .filter(({ labels }) => labels !== undefined)
    .map((join) => ({ join, inputs: labelInputs(join), at: context.placeOf(join) }));

/** What a model would know in training and never when it is asked. */
export const LEAKAGE_RULES: readonly Rule[] = [
  told({
    id: 'AHEAD_AMONG_FEATURES',
    layer: 'leakage',
    severity: 'error',
    summary: 'Only labels look into the future.',
    hint: 'Put ahead(…) under `labels` of the join.',
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [ahead('amount', { operation: 'sum', windows: ['7d'], keys: ['user_id'] })] })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], ${LABEL} })`,
    },
  }),
  told({
    id: 'DERIVE_READS_LABEL',
    layer: 'leakage',
    severity: 'error',
    summary: 'A derived column does not read a label.',
    hint: 'Only training code may read it.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], ${LABEL}, derive: { was: 'CAST(label_is_fraud_max_30d AS double)' } })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], ${LABEL}, derive: { was: 'CAST(spend_count_7d AS double)' } })`,
    },
  }),
  told({
    id: 'LABEL_LEAK',
    layer: 'leakage',
    severity: 'error',
    summary: 'A feature over a training set does not read its labels.',
    hint: 'Leave the column out of the feature: its left and feature columns may be read.',
    example: {
      fires: `groupBy({ name: 'g', keys: ['user_id'], aggregations: [max('label_is_fraud_max_30d', { windows: ['7d'] })], source: events({
  name: 'history', path: 'out/train-sets/j', columns: { user_id: 'string', label_is_fraud_max_30d: 'boolean', at: 'timestamp' }, time: 'at',
}) })`,
      passes: `groupBy({ name: 'g', keys: ['user_id'], aggregations: [max('spend_count_7d', { windows: ['7d'] })], source: events({
  name: 'history', path: 'out/train-sets/j', columns: { user_id: 'string', spend_count_7d: 'int64', at: 'timestamp' }, time: 'at',
}) })`,
    },
  }),
  {
    id: 'LABEL_INPUT_WITHOUT_LAG',
    layer: 'leakage',
    severity: 'warning',
    summary: 'A part that reads what a label is made of has a lag (S2.6).',
    hint: "Is it known only later? Then give the part a lag: part(…, { lag: '7d' }).",
    example: {
      fires: `join({ name: 'j', left: payments, ${LABEL}, parts: [part(groupBy({
  name: 'g', source: payments, keys: ['user_id'], aggregations: [max('is_fraud', { windows: ['7d'] })],
}))] })`,
      passes: `join({ name: 'j', left: payments, ${LABEL}, parts: [part(groupBy({
  name: 'g', source: payments, keys: ['user_id'], aggregations: [max('is_fraud', { windows: ['7d'] })],
}), { lag: '30d' })] })`,
    },
    check: (context) =>
      context.joins.flatMap((join) =>
        labelWarnings(join).map(({ message, hint }) => ({
          at: context.placeOf(join),
          ...{ message, hint },
        })),
      ),
  },
  {
    id: 'INCLUSIVE_SEES_OWN_ROW',
    layer: 'leakage',
    severity: 'warning',
    summary: "A part over the left's own events is strict: a row does not see itself (S2.1).",
    hint: "Leave `at: 'inclusive'` out, or derive what the row itself says from left columns.",
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend, { at: 'inclusive' })] })`,
      passes: `join({ name: 'j', left: visits, parts: [part(spend, { at: 'inclusive' })] })`,
    },
    check: (context) =>
      featureParts(context)
        .filter(({ join, part }) => seesOwnRow(join, part))
        .map(({ at, part }) => ({
          at,
          message: `every row is counted in its own ${part.groupBy.name}: it reads the left's own events up to and with the row's instant.`,
        })),
  },
  {
    id: 'DERIVE_READS_LABEL_INPUT',
    layer: 'leakage',
    severity: 'warning',
    summary: 'A derived column does not read the left column that a label is made of.',
    hint: 'Leave the column out of the expression: the row carries its own answer there.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], ${LABEL}, derive: { risky: { expression: 'is_fraud AND amount > 3', type: 'boolean' } } })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], ${LABEL}, derive: { risky: { expression: 'amount > 3', type: 'boolean' } } })`,
    },
    check: (context) =>
      labelled(context).flatMap(({ join, inputs, at }) =>
        (join.derive ?? []).flatMap(({ name, expression }) =>
          (expressionColumns(expression) ?? [])
            .filter((column) => inputs.has(column))
            .map((column) => ({
              at: `${at} › derive › ${name}`,
              message: `\`${name}\` reads \`${column}\` of its own row, which a label is made of.`,
            })),
        ),
      ),
  },
  {
    id: 'LABEL_INPUT_IS_KEY',
    layer: 'leakage',
    severity: 'warning',
    summary: 'Features are not looked up by what a label is made of.',
    hint: 'Take another key: which row is asked for would tell the answer.',
    example: {
      fires: `join({ name: 'j', left: payments, ${LABEL}, parts: [part(groupBy({
  name: 'g', source: payments, keys: ['is_fraud'], aggregations: [average('amount', { windows: ['7d'] })],
}))] })`,
      passes: `join({ name: 'j', left: payments, ${LABEL}, parts: [part(groupBy({
  name: 'g', source: payments, keys: ['currency'], aggregations: [average('amount', { windows: ['7d'] })],
}))] })`,
    },
    check: (context) =>
      labelled(context).flatMap(({ join, inputs, at }) =>
        join.parts.flatMap(({ groupBy, keys }) =>
          keys
            .filter(({ left }) => inputs.has(left))
            .map(({ left }) => ({
              at: `${at} › part(${groupBy.name})`,
              message: `\`${left}\` is a key of the part, and a label is made of it.`,
            })),
        ),
      ),
  },
  {
    id: 'LABEL_AMONG_LEFT',
    layer: 'leakage',
    severity: 'warning',
    summary: 'A left that is a training set does not bring its labels along as plain columns.',
    hint: 'Leave label columns out of the source: only the newest labels should come out, last.',
    example: {
      fires: `join({ name: 'k', parts: [part(spend)], left: events({
  name: 'history', path: 'out/train-sets/j', columns: { user_id: 'string', label_is_fraud_max_30d: 'boolean', at: 'timestamp' }, time: 'at',
}) })`,
      passes: `join({ name: 'k', parts: [part(spend)], left: events({
  name: 'history', path: 'out/train-sets/j', columns: { user_id: 'string', spent: 'int64', at: 'timestamp' }, time: 'at',
}) })`,
    },
    check: (context) =>
      context.joins
        .filter(({ left }) => datasetOf(left.path)?.startsWith('join ') === true)
        .flatMap((join) =>
          leftColumns(join)
            .filter(({ name }) => name.toLowerCase().startsWith('label_'))
            .map(({ name }) => ({
              at: `${context.placeOf(join)} › left`,
              message: `\`${name}\` of ${join.left.path} was made by a label, and would come out as an ordinary column.`,
            })),
        ),
  },
];
