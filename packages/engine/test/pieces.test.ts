import { type Batch, sortByKeyTime } from '@tessera/columnar';
import { expect, test } from 'vitest';
import { memoryExchange } from '../src/exchange.js';
import { pieceLayout } from '../src/tasks/pieces.js';

/** Blocks of two reads of the left, each with rows of three partitions in order; some without a key or a time. */
function leftRows(rows: number): Batch {
  const block = (i: number) => Math.floor((2 * i) / rows);
  const partition = Int32Array.from({ length: rows }, (_, i) => Math.floor((6 * i) / rows) % 3);
  const next = [0, 0, 0];
  const position = Int32Array.from(partition, (of) => next[of]!++);
  const code = Int32Array.from({ length: rows }, (_, i) => (i % 7 === 3 ? -1 : (i * 31) % 11));
  const t = Float64Array.from({ length: rows }, (_, i) =>
    i % 13 === 5 ? Number.NaN : ((i * 17) % 50) + block(i),
  );
  return {
    rows,
    columns: {
      partition: { kind: 'code', values: partition },
      position: { kind: 'code', values: position },
      code: { kind: 'code', values: code },
      t: { kind: 'f64', values: t },
    },
  };
}

const codesOf = (batch: Batch, name: string): Int32Array => {
  const column = batch.columns[name];
  if (column?.kind !== 'code') throw new Error(name);
  return column.values;
};

test.each([
  [240, 1000, 3],
  [240, 25, 12],
  [1, 1000, 1],
  [0, 1000, 0],
])(
  '%i rows in pieces of %i: %i blocks, every row in that of its partition and piece',
  (rows, pieceRows, blocks) => {
    const left = leftRows(rows);
    const { t } = left.columns;
    if (t?.kind !== 'f64') throw new Error('no time');
    const order = sortByKeyTime(codesOf(left, 'code'), t.values);
    for (const first of [order, null]) {
      const layout = pieceLayout(left, { pieceRows });
      const rowOf = layout.arrange(first);
      expect([...rowOf].sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, i) => i));
      // Whatever else is asked, rows are arranged once.
      expect(layout.arrange(null)).toBe(rowOf);
      const own = new Int32Array(rows);
      rowOf.forEach((to, row) => {
        own[to] = row;
      });
      const exchange = memoryExchange();
      const swept = layout.write(exchange, 'a', { row: { kind: 'code', values: own } });
      expect(swept.length).toBe(blocks);
      const seen: number[] = [];
      for (const { partition, piece, section } of swept) {
        const batch = exchange.read(section);
        const position = codesOf(batch, 'position');
        codesOf(batch, 'row').forEach((row, i) => {
          seen.push(row);
          expect(codesOf(left, 'partition')[row]).toBe(partition);
          expect(codesOf(left, 'position')[row]).toBe(position[i]);
          expect(Math.floor(position[i]! / pieceRows)).toBe(piece);
        });
      }
      expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, i) => i));
    }
  },
);
