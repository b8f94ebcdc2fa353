import { expressionColumns, type JoinSpec } from '@tessera/api';
import type { ValidationContext } from '../context.js';
import type { Rule } from '../rule.js';

/** Left columns that something derived reads, by derived column. */
function leftReads(join: JoinSpec): readonly { readonly name: string; readonly column: string }[] {
  const left = new Set(join.left.columns.map(({ name }) => name));
  return (join.derive ?? []).flatMap(({ name, expression }) =>
    (expressionColumns(expression) ?? [])
      .filter((column) => left.has(column))
      .map((column) => ({ name, column })),
  );
}

const joinsWith = (context: ValidationContext, is: (join: JoinSpec) => boolean) =>
  context.joins.filter(is).map((join) => ({ join, at: context.placeOf(join) }));

/** What is asked at request time has to be there at request time. */
export const SERVING_RULES: readonly Rule[] = [
  {
    id: 'ONLINE_DERIVE_READS_LEFT',
    layer: 'consistency',
    severity: 'error',
    summary: 'Derived columns of a served join read keys, features and what the request brings.',
    hint: 'Name the column in `request: { … }`, with its type.',
    example: {
      fires: `join({ name: 'j', left: payments, online: true, parts: [part(spend)], derive: { ratio: 'amount / spend_amount_sum_7d' } })`,
      passes: `join({ name: 'j', left: payments, online: true, parts: [part(spend)], derive: { ratio: 'amount / spend_amount_sum_7d' }, request: { amount: 'double' } })`,
    },
    check: (context) =>
      joinsWith(context, ({ online }) => online === true).flatMap(({ join, at }) => {
        const brought = new Set([
          ...join.parts.flatMap(({ keys }) => keys.map(({ left }) => left)),
          ...(join.request ?? []).map(({ name }) => name),
        ]);
        return leftReads(join)
          .filter(({ column }) => !brought.has(column))
          .map(({ name, column }) => ({
            at: `${at} › derive › ${name}`,
            message: `\`${column}\` is a left column, and neither a key nor in the request: a served row has no such value.`,
          }));
      }),
  },
  {
    id: 'REQUEST_UNUSED',
    layer: 'consistency',
    severity: 'warning',
    summary: 'What a request has to bring is read by a derived column.',
    hint: 'Leave it out of `request`.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], request: { amount: 'double' } })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], request: { amount: 'double' }, derive: { r: 'amount / spend_amount_sum_7d' } })`,
    },
    check: (context) =>
      joinsWith(context, ({ request }) => request !== undefined).flatMap(({ join, at }) => {
        const read = new Set(leftReads(join).map(({ column }) => column));
        return (join.request ?? [])
          .filter(({ name }) => !read.has(name))
          .map(({ name }) => ({
            at: `${at} › request › ${name}`,
            message: `no derived column reads \`${name}\`.`,
          }));
      }),
  },
  {
    id: 'REQUEST_OFFLINE',
    layer: 'consistency',
    severity: 'warning',
    summary: 'A join that a request brings values for has a part that can be served.',
    hint: 'Write `online: true` on a groupBy, or leave `request` out.',
    example: {
      fires: `join({ name: 'j', left: visits, request: { page: 'string' }, derive: { p: { expression: 'page', type: 'string' } }, parts: [part(groupBy({
  name: 'g', source: payments, keys: ['user_id'], aggregations: [count({ windows: ['7d'] })],
}))] })`,
      passes: `join({ name: 'j', left: visits, request: { page: 'string' }, derive: { p: { expression: 'page', type: 'string' } }, parts: [part(spend)] })`,
    },
    check: (context) =>
      joinsWith(
        context,
        ({ request, parts }) =>
          request !== undefined &&
          parts.every(({ groupBy }) => !groupBy.online && groupBy.aggregations.length > 0),
      ).map(({ at }) => ({
        at: `${at} › request`,
        message: 'no part is online: nothing of the join can be served.',
      })),
  },
];
