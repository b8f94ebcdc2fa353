import { TesseraError } from '@tessera/api';
import {
  type Batch,
  bucketCollector,
  type Column,
  type LaneBytes,
  mostPagedRows,
} from '@tessera/columnar';
import { type ReadKind, readRows, sinkColumns, sinkWithKeys } from '@tessera/lake';
import { scannedBytes } from '@tessera/planner';
import { during } from '../profile/phase-clock.js';
import { type TaskContext, tableSql } from './context.js';
import { keyColumns, keyLookup } from './key-lookup.js';
import { laneKinds } from './lane-kinds.js';
import type { ScatterResult } from './result.js';
import type { ScatterTask, Section, SourceCounts } from './task.js';
import { countsSql, duplicateKeysSql, scatterSql } from './task-sql.js';

/** S3.3: a passed-through entity has one row per key and partition. */
export async function checkUniqueKeys(
  context: TaskContext,
  task: Pick<ScatterTask, 'scan' | 'relation'>,
): Promise<void> {
  if (!task.scan.uniqueKeys) return;
  const rows = await readRows(context.session, duplicateKeysSql(task.scan, task.relation));
  const [first] = rows;
  if (!first) return;
  const key = task.scan.keys.map((name, idx) => `${name}=${String(first[`k${idx}`])}`).join(', ');
  throw new TesseraError('DUPLICATE_ENTITY_KEY', {
    source: task.scan.source.name,
    key,
    ...(task.scan.source.static !== true && { ds: String(first.ds) }),
  });
}

/** What a report says of the rows of some files. */
export async function countRows(
  context: TaskContext,
  task: Pick<ScatterTask, 'scan' | 'relation'>,
): Promise<SourceCounts> {
  const [row] = await readRows(context.session, countsSql(task.scan, task.relation));
  let duplicateEvents = 0;
  if (task.scan.source.eventId !== undefined) {
    const { eventId: _, ...raw } = task.scan.source;
    const [all] = await readRows(
      context.session,
      countsSql({ ...task.scan, source: raw }, task.relation),
    );
    const [kept] = await readRows(context.session, countsSql(task.scan, task.relation));
    duplicateEvents = Number(all?.rows ?? 0) - Number(kept?.rows ?? 0);
  }
  return {
    rowsRead: Number(row?.rows ?? 0),
    rowsWithoutTime: Number(row?.no_time ?? 0),
    rowsWithNullKey: Number(row?.null_key ?? 0),
    duplicateEvents,
  };
}

/** Read part of a source once: events of keys that the left asks for, as blocks per bucket. */
export async function runScatter(context: TaskContext, task: ScatterTask): Promise<ScatterResult> {
  await checkUniqueKeys(context, task);
  const counts = task.counts ?? (await countRows(context, task));
  const dictionaries = Object.fromEntries(
    Object.entries(task.dictionaries).map(([id, table]) => [id, tableSql(context, table)]),
  );
  const kinds = laneKinds(task.scan.lanes);
  const sections: Section[][] = Array.from({ length: task.buckets }, () => []);
  const { exchange } = context;
  const { taskBytes, leastRows } = context.memory;
  const fits = Math.min(
    mostPagedRows(task.buckets, widest(task)),
    Math.max(leastRows, Math.floor(taskBytes / scannedBytes(task.scan.lanes))),
  );
  const collector = bucketCollector({
    codeColumn: 'code',
    buckets: task.buckets,
    ...(task.codesPerBucket !== undefined && { codesPerBucket: task.codesPerBucket }),
    rows: Math.min(fits, task.rows),
    isReused: !exchange.keepsBatches,
    dropsUnknown: true,
  });
  let rowsMatched = 0;
  let flushed = 0;
  const flush = () => {
    rowsMatched += collector.rows;
    const written = exchange.write(`events/${task.id}.${flushed++}`, collector.take());
    written.forEach((section, bucket) => {
      if (section.rows > 0) sections[bucket]!.push(section);
    });
  };
  try {
    await eachMatch(context, task, dictionaries, kinds, (batch) => {
      collector.add(batch);
      if (collector.rows >= fits) flush();
    });
    if (collector.rows > 0) flush();
  } finally {
    collector.close();
  }
  return { ...counts, rowsScanned: task.rows, rowsMatched, sections };
}

/** Codes, times and lanes at their widest. */
function widest({ scan }: ScatterTask): readonly LaneBytes[] {
  return [4, 8, ...scan.lanes.map(() => 16 as const)];
}

/** Events with their key's `code`, a few at a time; those of no wanted key have -1 or are left out. */
async function eachMatch(
  context: TaskContext,
  task: ScatterTask,
  dictionaries: Readonly<Record<string, string>>,
  kinds: Readonly<Record<string, ReadKind>>,
  onBatch: (batch: Batch) => void,
): Promise<void> {
  const { session } = context;
  const { scan, relation } = task;
  const within = (what: () => void) => during(context, 'scatter', what);
  const columns = ['t', ...scan.lanes.map((lane) => lane.name)];
  const lookup = await keyLookupOf(context, task);
  if (lookup === null) {
    const sql = scatterSql(scan, relation, tableSql(context, task.keys), dictionaries);
    const withCode = { ...kinds, code: 'code' as const };
    await sinkColumns(session, sql, ['code', ...columns], withCode, onBatch, within);
    return;
  }
  const sql = scatterSql(scan, relation, { keySql: lookup.keySql }, dictionaries);
  let found = new Int32Array(0);
  const names = lookup.keySql.map((_, idx) => `k${idx}`);
  await sinkWithKeys(session, sql, names, { columns, kinds, within }, (key, read) => {
    const { rows } = read;
    if (found.length < rows) found = new Int32Array(rows);
    lookup.find(key, rows, found);
    const code: Column = { kind: 'code', values: found.subarray(0, rows) };
    onBatch({ rows, columns: { code, ...read.columns } });
  });
}

function keyLookupOf(context: TaskContext, { scan, keys, leastLookedUp = 0 }: ScatterTask) {
  const least = Math.max(leastLookedUp, context.memory.leastLookedUp);
  return keyLookup(context, keys, keyColumns(scan.keys, scan.byPartition, scan.source), least);
}
