import type { Merge } from '@tessera/engine';
import { formatAmount, formatCount } from './numbers.js';
import { cutText } from './text-width.js';
import { valueText } from './value-text.js';

const MAX_VALUE_CELLS = 32;

/** What the pieces come to, before the result is read from it. */
export function mergeLines(merge: Merge): string[] {
  switch (merge.how) {
    case 'nothing':
      return [];
    case 'count':
      return [`${formatCount(merge.values)} counted`];
    case 'sum':
      return [`${formatAmount(merge.values, 'value')}, exact sum rounded once: ${merge.sum}`];
    case 'weighted':
      return [
        `${formatAmount(merge.values, 'value')}: Σwx = ${merge.weighted}, Σw = ${merge.weights}`,
      ];
    case 'powers': {
      const sums = merge.sums.map((sum, idx) => `Σx${['', '²', '³', '⁴'][idx]} = ${sum}`);
      return [`${formatAmount(merge.values, 'value')}, exact sums: ${sums.join(', ')}`];
    }
    case 'distinct':
      return [
        `${formatAmount(merge.values, 'value')}, ${formatCount(merge.distinct)} distinct: ${countsText(merge)}`,
      ];
    case 'registers':
      return [`${merge.used} of ${formatCount(merge.registers)} registers are set`];
    case 'percentiles':
      return merge.ranks.map(
        ({ percentile, rank, answer }) =>
          `p${percentile}: number ${formatCount(rank + 1)} of ${formatAmount(merge.values, 'sorted value')}, ${answer} (within 1 % of it)`,
      );
    case 'change':
      return [
        `${formatAmount(merge.values, 'value')}: first ${valueText(merge.first)}, last ${valueText(merge.last)}`,
      ];
    case 'vectors':
      return [`${formatAmount(merge.values, 'vector')} of length ${merge.length}`];
    case 'chosen':
      return [
        merge.kept === undefined
          ? `chosen from ${formatAmount(merge.from, 'value')}`
          : `chosen from ${formatAmount(merge.from, 'value')}, ${formatCount(merge.kept)} of them kept by tiles`,
      ];
    case 'buckets': {
      const lines = merge.buckets.map(
        ({ bucket, merge: own }) => `${valueText(bucket)}: ${mergeLines(own).join('; ')}`,
      );
      const rest = merge.omitted > 0 ? [`… ${formatAmount(merge.omitted, 'more bucket')}`] : [];
      return [...lines, ...rest];
    }
  }
}

function countsText({ counts, distinct }: Merge & { readonly how: 'distinct' }): string {
  const shown = counts.map(
    ({ value, count }) => `${cutText(valueText(value), MAX_VALUE_CELLS)} ×${formatCount(count)}`,
  );
  return distinct > counts.length ? `${shown.join(', ')}, …` : shown.join(', ');
}
