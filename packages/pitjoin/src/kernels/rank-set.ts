/**
 * A set of small integers with fast order: 32-way tree of bits, each bit of a level saying that a word below is not empty.
 * Five levels hold 33 million.
 */
export interface RankSet {
  readonly add: (rank: number) => void;
  readonly remove: (rank: number) => void;
  /** The least member greater than `rank` (-1 = the least of all); -1 when there is none. */
  readonly next: (rank: number) => number;
}

export function makeRankSet(size: number): RankSet {
  const levels: Int32Array[] = [];
  let words = size;
  do {
    words = Math.max(1, Math.ceil(words / 32));
    levels.push(new Int32Array(words));
  } while (words > 1);

  return {
    add: (rank) => {
      let at = rank;
      for (const level of levels) {
        const word = level[at >>> 5]!;
        level[at >>> 5] = word | (1 << (at & 31));
        if (word !== 0) return;
        at >>>= 5;
      }
    },
    remove: (rank) => {
      let at = rank;
      for (const level of levels) {
        const word = level[at >>> 5]! & ~(1 << (at & 31));
        level[at >>> 5] = word;
        if (word !== 0) return;
        at >>>= 5;
      }
    },
    next: (rank) => {
      let at = rank + 1;
      for (let l = 0; l < levels.length; l++) {
        const level = levels[l]!;
        if (at >>> 5 >= level.length) return -1;
        const word = level[at >>> 5]! & (-1 << (at & 31));
        if (word !== 0) {
          at = (at & ~31) | lowestBit(word);
          for (let below = l - 1; below >= 0; below--) {
            at = (at << 5) | lowestBit(levels[below]![at]!);
          }
          return at;
        }
        at = (at >>> 5) + 1;
      }
      return -1;
    },
  };
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
