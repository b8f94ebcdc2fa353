import type { Listed, ShownState, TilePiece } from '@tessera/engine';
import { formatAmount, formatCount } from './numbers.js';
import { valueText } from './value-text.js';

const SHOWN_ENTRIES = 4;

/** What a tile holds, in a few words. */
export function stateText({ state, n }: TilePiece): string {
  const text = textOf(state);
  const isTold = state.kind === 'count' || state.kind === 'distinct';
  return 'n' in state && state.n !== n && !isTold
    ? `${text} of ${formatAmount(state.n, 'value')}`
    : text;
}

function textOf(state: ShownState): string {
  switch (state.kind) {
    case 'count':
      return `count ${formatCount(state.n)}`;
    case 'sum':
      return `sum ${valueText(state.sum)}`;
    case 'moments':
      return state.sums.map((sum, idx) => `Σx${['', '²', '³', '⁴'][idx]} ${sum}`).join(', ');
    case 'wsum':
      return `Σwx ${state.weighted}, Σw ${state.weights}`;
    case 'min':
    case 'max':
      return `${state.kind} ${valueText(state.value)}`;
    case 'first':
    case 'last': {
      const { events } = state;
      return `${state.kind} ${entries(events, ({ value }) => valueText(value))}`;
    }
    case 'rate':
      return `first ${valueText(state.first.value)}, last ${valueText(state.last.value)}`;
    case 'top':
    case 'bottom':
      return `${state.kind} ${entries(state.values, valueText)}`;
    case 'distinct':
      return entries(
        state.values,
        ({ value, n }) => `${valueText(value)} ×${formatCount(n)}`,
        'distinct',
      );
    case 'hll':
      return formatAmount(state.registers.count, 'register');
    case 'percentile':
      return formatAmount(state.buckets.count, 'sketch bucket');
    case 'vector':
      return state.length === null
        ? 'vectors without a sum'
        : `sums ${valueText(state.sums.slice(0, SHOWN_ENTRIES))}`;
    case 'buckets':
      return entries(
        state.buckets,
        ({ bucket, state: own }) => `${valueText(bucket)}: ${textOf(own)}`,
        'buckets',
      );
  }
}

/** All of a few; of more how many there are, and the first ones. */
function entries<T>(
  { count, shown }: Listed<T>,
  text: (one: T) => string,
  what = 'values',
): string {
  const some = shown.slice(0, SHOWN_ENTRIES).map(text).join(', ');
  return count > SHOWN_ENTRIES ? `${formatCount(count)} ${what}: ${some}, …` : some;
}
