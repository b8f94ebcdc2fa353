import type { Batch } from '@tessera/columnar';
import { run, type Session, streamColumns } from '@tessera/lake';
import { createStringCodes, type StringCodes, tileScanSql } from '@tessera/tiling';
import { during } from '../profile/phase-clock.js';
import { type TaskContext, tableSql } from './context.js';
import { perBucket } from './per-bucket.js';
import type { ReadTilesResult } from './result.js';
import type { ReadTilesTask, Section, TableRef } from './task.js';
import { codes } from './typed.js';

/** Tiles read at once; a tile is some hundred bytes. */
const TILES_AT_ONCE = 100_000;

/** Read tiles of keys that the left asks for, as blocks per bucket. */
export async function runReadTiles(
  context: TaskContext,
  task: ReadTilesTask,
): Promise<ReadTilesResult> {
  const strings: Record<string, StringCodes> = {};
  for (const [column, table] of Object.entries(task.dictionaries))
    strings[column] = await stringCodes(context, table);
  const { sql, kinds } = tileScanSql(task.scan, tableSql(context, task.keys), strings);
  const sections: Section[][] = Array.from({ length: task.buckets }, () => []);
  let rows = 0;
  let flushed = 0;
  const flush = (batch: Batch) => {
    rows += batch.rows;
    const { rows: _, ...columns } = batch.columns;
    // Sweeps know a tile's rows by its states.
    const tiles = task.codesPerBucket === undefined ? { rows: batch.rows, columns } : batch;
    const blocks = perBucket(tiles, codes(tiles, 'code'), task.buckets, task.codesPerBucket);
    const written = context.exchange.write(`tiles/${task.id}.${flushed++}`, blocks);
    written.forEach((section, bucket) => {
      if (section.rows > 0) sections[bucket]!.push(section);
    });
  };
  const batchRows = Math.max(
    context.memory.leastRows,
    Math.min(TILES_AT_ONCE, Math.floor(context.memory.taskBytes / 1024)),
  );
  const scatter = (batch: Batch) => during(context, 'scatter', () => flush(batch));
  await streamColumns(context.session, sql, kinds, scatter, { batchRows });
  return { rows, sections };
}

/** Types of a session by the table they were made from: made once, used by all of its tasks. */
const known = new WeakMap<Session, Map<string, Promise<StringCodes>>>();
let types = 0;

function stringCodes(context: TaskContext, table: TableRef): Promise<StringCodes> {
  const { session } = context;
  const own = known.get(session) ?? new Map<string, Promise<StringCodes>>();
  known.set(session, own);
  const from = tableSql(context, table);
  const made = own.get(from) ?? makeCodes(session, from);
  own.set(from, made);
  made.catch(() => own.delete(from));
  return made;
}

async function makeCodes(session: Session, from: string): Promise<StringCodes> {
  const name = `strings_${types++}`;
  await run(session, `CREATE TEMP VIEW "${name}_of" AS SELECT code, s FROM ${from}`);
  return createStringCodes(session, name, `${name}_of`);
}
