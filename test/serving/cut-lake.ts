import { join } from 'node:path';
import { DAY_MS, formatDay, type JoinSpec, type SourceSpec } from '@tessera/api';
import { filesBelow, parquet, quoted, sql } from '../files/workspace.js';

/** A copy of a lake as it was at an instant: events before it, dumps of the days before. */
export async function cutLake(
  from: string,
  to: string,
  tables: readonly { readonly path: string; readonly time: string | null }[],
  asOfMs: number,
): Promise<void> {
  const day = formatDay(Math.floor(asOfMs / DAY_MS));
  for (const { path, time } of tables)
    for (const file of filesBelow(join(from, path)).filter((name) => name.endsWith('.parquet'))) {
      if (time === null && file >= `ds=${day}`) continue;
      const where = time === null ? '' : ` WHERE epoch_ms(${time}) < ${asOfMs}`;
      const source = `read_parquet(${quoted(join(from, path, file))}, hive_partitioning = false)`;
      const [{ n } = { n: 0 }] = await sql(`SELECT count(*)::INT AS n FROM ${source}${where}`);
      if (n === 0) continue;
      await parquet(join(to, path, file), `FROM ${source}${where}`);
    }
}

/** The join asked by rows of another table: those that requests would have been. */
export function askedBy(join_: JoinSpec, path: string): JoinSpec {
  const { labels: _, ...rest } = join_;
  const left: SourceSpec = { ...join_.left, name: 'requests', path };
  return { ...rest, left };
}
