import { type Batch, type Column, concat, nullsLike } from '@tessera/columnar';

/**
 * Events and tiles as one batch: rows of one kind have nulls in the lanes of the other. Lane `tile` tells them apart.
 */
export function withTiles(events: Batch, tiles: Batch): Batch {
  const columns: Record<string, Column> = {};
  for (const name of new Set([...Object.keys(events.columns), ...Object.keys(tiles.columns)])) {
    const [ours, theirs] = [events.columns[name], tiles.columns[name]];
    const like = ours ?? theirs;
    if (like === undefined) continue;
    columns[name] = concat([
      ours ?? nullsLike(like, events.rows),
      theirs ?? nullsLike(like, tiles.rows),
    ]);
  }
  const tile = new Float64Array(events.rows + tiles.rows).fill(1, events.rows);
  columns.tile = { kind: 'f64', values: tile };
  return { rows: tile.length, columns };
}
