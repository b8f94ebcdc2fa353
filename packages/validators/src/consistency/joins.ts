import type { Rule } from '../rule.js';
import { told } from '../told.js';

/** Definitions against each other: keys, kinds of source, what is served. */
export const TOLD_CONSISTENCY_RULES: readonly Rule[] = [
  told({
    id: 'UNKNOWN_KEY',
    layer: 'consistency',
    severity: 'error',
    summary: 'Left columns are mapped to keys of the groupBy.',
    hint: 'Written left column → key: { keys: { payer_id: "user_id" } }.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend, { keys: { user_id: 'usr_id' } })] })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend, { keys: { user_id: 'user_id' } })] })`,
    },
  }),
  told({
    id: 'LEFT_LACKS_KEY',
    layer: 'consistency',
    severity: 'error',
    summary: 'The left has a column for every key of a part.',
    hint: 'Map a left column to the key: part(…, { keys: { <left column>: <key> } }).',
    example: {
      fires: `join({ name: 'j', left: visits, parts: [part(shops)] })`,
      passes: `join({ name: 'j', left: visits, parts: [part(shops, { keys: { page: 'shop_id' } })] })`,
    },
  }),
  told({
    id: 'KEY_TYPE_MISMATCH',
    layer: 'consistency',
    severity: 'error',
    summary: 'Left and right keys are of equal types (S4.1).',
    hint: 'Declare both columns with the same type; `select` can cast one.',
    example: {
      fires: `join({ name: 'j', left: visits, parts: [part(spend, { keys: { visit_id: 'user_id' } })] })`,
      passes: `join({ name: 'j', left: visits, parts: [part(spend)] })`,
    },
  }),
  told({
    id: 'KEY_MAPPED_TWICE',
    layer: 'consistency',
    severity: 'error',
    summary: 'One left column is mapped to a key.',
    hint: 'Leave one of them out; a groupBy can be two parts with a `prefix` each.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend, { keys: { user_id: 'user_id', shop_id: 'user_id' } })] })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend), part(spend, { keys: { shop_id: 'user_id' }, prefix: 'shop' })] })`,
    },
  }),
  told({
    id: 'LEFT_STATIC',
    layer: 'consistency',
    severity: 'error',
    summary: 'Left rows have a time, or belong to a day.',
    hint: 'Static entities hold for every day: join them as a part.',
    example: {
      fires: `join({ name: 'j', parts: [part(spend, { keys: { owner: 'user_id' } })], left: entities({
  name: 'e', path: 'e.parquet', static: true, keys: ['id'], columns: { id: 'string', owner: 'string' },
}) })`,
      passes: `join({ name: 'j', parts: [part(spend, { keys: { owner: 'user_id' } })], left: entities({
  name: 'e', path: 'e', keys: ['id'], columns: { id: 'string', owner: 'string' },
}) })`,
    },
  }),
  told({
    id: 'ENTITIES_ACCURACY',
    layer: 'consistency',
    severity: 'error',
    summary: 'Entities are known once a day: their accuracy is snapshot (S3.1).',
    hint: 'Leave `accuracy` out.',
    example: {
      fires: `groupBy({ name: 'g', source: shops, keys: ['country'], accuracy: 'temporal', aggregations: [average('rating')] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], accuracy: 'snapshot', aggregations: [count({ windows: ['7d'] })] })`,
    },
  }),
  told({
    id: 'INCLUSIVE_SNAPSHOT',
    layer: 'consistency',
    severity: 'error',
    summary: "`at: 'inclusive'` is about the row's own instant, which a snapshot does not read.",
    hint: 'Leave `at` out.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(shops, { at: 'inclusive' })] })`,
      passes: `join({ name: 'j', left: visits, parts: [part(spend, { at: 'inclusive' })] })`,
    },
  }),
  told({
    id: 'MISSING_OVER_EVENTS',
    layer: 'consistency',
    severity: 'error',
    summary: '`missing` is about the days of entities.',
    hint: 'Leave `missing` out: days of events that are not there hold no events.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend, { missing: 'null' })] })`,
      passes: `join({ name: 'j', left: payments, parts: [part(shops, { missing: 'null' })] })`,
    },
  }),
  told({
    id: 'REQUEST_TYPE',
    layer: 'consistency',
    severity: 'error',
    summary: 'What a request brings has the type that it has in training.',
    hint: "Write the left column's type.",
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], request: { amount: 'int64' } })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], request: { amount: 'double' }, derive: { r: 'amount / spend_amount_sum_7d' } })`,
    },
  }),
  told({
    id: 'LABEL_NEEDS_SOURCE',
    layer: 'consistency',
    severity: 'error',
    summary: 'A label is made of events: where the left is entities, its source is named.',
    hint: 'Add `source: <events>`.',
    example: {
      fires: `join({ name: 'j', left: shops, parts: [part(shops, { prefix: 'was' })], labels: [ahead({ operation: 'count', windows: ['7d'], keys: ['shop_id'] })] })`,
      passes: `join({ name: 'j', left: shops, parts: [part(shops, { prefix: 'was' })], labels: [ahead({ operation: 'count', windows: ['7d'], keys: ['shop_id'], source: payments })] })`,
    },
  }),
  told({
    id: 'ONLINE_EXACT_TAIL',
    layer: 'consistency',
    severity: 'error',
    summary: 'What is served has sawtooth windows (S2.3).',
    hint: "Leave `tail: 'exact'` out, or `online`.",
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: ['user_id'], online: true, tail: 'exact', aggregations: [count({ windows: ['7d'] })] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], online: true, aggregations: [count({ windows: ['7d'] })] })`,
    },
  }),
  told({
    id: 'ONLINE_SQL',
    layer: 'consistency',
    severity: 'error',
    summary: 'What is served is filtered by expressions that have an online form; sql(…) has none.',
    hint: 'Write the condition as text: docs/expressions.md.',
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: ['user_id'], online: true, aggregations: [count({ where: sql('amount > 3') })] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], online: true, aggregations: [count({ where: 'amount > 3' })] })`,
    },
  }),
  told({
    id: 'ONLINE_PART_OFFLINE',
    layer: 'consistency',
    severity: 'error',
    summary: 'A join that is served whole has online parts only.',
    hint: 'Write `online: true` on the groupBy, or leave it out of the join.',
    example: {
      fires: `join({ name: 'j', left: payments, online: true, parts: [part(groupBy({
  name: 'g', source: payments, keys: ['user_id'], aggregations: [count({ windows: ['7d'] })],
}))] })`,
      passes: `join({ name: 'j', left: payments, online: true, parts: [part(spend), part(shops)] })`,
    },
  }),
];
