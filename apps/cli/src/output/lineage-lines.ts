import type { GraphNode } from '@tessera/compiler';
import { paint, type Style } from './style.js';

/**
 * Output columns with what makes them and what they are made of:
 *
 *   user_spend  groupBy  features/user-spend.ts
 *     user_spend_amount_sum_7d  SUM over 7d
 *       payments.transactions.amount
 *       rows by payments.transactions.transaction_id, payments.transactions.ts, …
 */
export function lineageLines(
  nodes: readonly GraphNode[],
  asked: string | undefined,
  style: Style,
): string[] {
  return nodes.flatMap((node, at) => [
    ...(at === 0 ? [] : ['']),
    `${paint(style, 'bold', node.name)}  ${node.kind}${node.file === undefined ? '' : `  ${node.file}`}`,
    ...node.columns.flatMap((column) => {
      if (column.operation === undefined)
        return asked === undefined && node.kind !== 'source'
          ? []
          : [`  ${column.name}  ${column.type}`];
      const through = column.through === undefined ? '' : `  through ${column.through}`;
      return [
        `  ${column.name}  ${column.operation}${through}`,
        ...(column.reads === undefined ? [] : [`    reads ${column.reads.join(', ')}`]),
        ...(column.from ?? []).map((from) => `    ${from}`),
        ...(asked === undefined || (column.selectedBy ?? []).length === 0
          ? []
          : [`    rows by ${(column.selectedBy ?? []).join(', ')}`]),
      ];
    }),
  ]);
}
