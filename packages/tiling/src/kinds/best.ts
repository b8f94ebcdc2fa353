import { type Column, gather, rowCompare } from '@tessera/columnar';
import { identity, type Kernel, lists, type NamedColumns, openLists } from './kernel.js';
import { pickBest } from './pick-best.js';

export const top: Kernel = best(-1);
export const bottom: Kernel = best(1);

/** The k greatest (-1) or least (1) values, duplicates kept. */
function best(sign: 1 | -1): Kernel {
  const pick = (values: Column, items: Int32Array, start: Int32Array, k: number): NamedColumns => {
    const compare = rowCompare(values);
    const { offsets, members } = pickBest(start, k, (a, b) => sign * compare(items[a]!, items[b]!));
    const picked = members.map((i) => items[i]!);
    return { value: lists(offsets, gather(values, picked)) };
  };
  return {
    fromRows({ values, items, start }, { k = 1 }) {
      if (values === null) throw new TypeError('top or bottom without an input');
      return pick(values, items, start, k);
    },
    fromStates(lane, { k = 1 }) {
      const { child, start } = openLists(lane.column('value'), lane);
      return pick(child, identity(start[start.length - 1]!), start, k);
    },
  };
}
