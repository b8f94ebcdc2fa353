import { TesseraError } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import { sinkWithKeys } from '@tessera/lake';
import type { KeySetPlan } from '@tessera/planner';
import { during } from '../profile/phase-clock.js';
import type { TaskContext } from './context.js';
import { type KeyLookup, keyColumns, keyLookup } from './key-lookup.js';
import { type LeftRows, numbering, numberRows, sameRoom } from './left-rows.js';
import type { LeftTask } from './task.js';
import { leftLookupSql } from './task-sql.js';
import { numbers } from './typed.js';

/** How the keys of a key set are looked up. */
export interface LeftLookup {
  readonly keySet: KeySetPlan;
  readonly lookup: KeyLookup;
}

/** However few keys there are: no row is left out, so that what a join hands over would be all of them, in any order. */
const LEAST_KEYS = 0;

/**
 * Look-ups of all key sets, where each has one: then left rows are read in one go, in their order, and put into buckets as
 * they come. Else null, and SQL joins. Rows that are compared with each other, or of which some are asked for, are not in
 * the order of files.
 */
export async function leftLookups(
  context: TaskContext,
  { from, keySets, limit }: LeftTask,
): Promise<readonly LeftLookup[] | null> {
  if (from === null || limit !== null || context.session.threads !== 1) return null;
  const { source } = from;
  if (source.eventId !== undefined || source.dedupe !== undefined) return null;
  const found: LeftLookup[] = [];
  for (const { keySet, table } of keySets) {
    const isDaily = keySet.snapshotLagMs !== null;
    const columns = keyColumns(keySet.columns, isDaily, source);
    const lookup = await keyLookup(context, table, columns, LEAST_KEYS);
    if (lookup === null) return null;
    found.push({ keySet, lookup });
  }
  return found;
}

/** Left rows in order, some at a time, in memory that the next ones are written to. */
export async function lookUpLeft(
  context: TaskContext,
  task: LeftTask,
  lookups: readonly LeftLookup[],
  onRows: (left: LeftRows) => void,
): Promise<void> {
  if (task.from === null) throw new Error('a grid has no rows to read');
  const { sql, names } = leftLookupSql(
    task.from,
    lookups.map(({ keySet, lookup }) => ({ keySet, keySql: lookup.keySql })),
  );
  const numbered = numbering(task, task.from, sameRoom());
  const room = lookups.map(() => new Int32Array(0));
  let seen = 0;
  const within = (what: () => void) => during(context, 'scatter', what);
  const taken = { columns: ['pos', 't', 'day'], kinds: {}, within };
  await sinkWithKeys(context.session, sql, names.flat(), taken, (keys, { rows, columns: own }) => {
    const columns: Record<string, Column> = { ...own };
    let behind = 0;
    lookups.forEach(({ lookup }, idx) => {
      const from = behind;
      behind += names[idx]!.length;
      if (room[idx]!.length < rows) room[idx] = new Int32Array(rows);
      const values = room[idx]!.subarray(0, rows);
      lookup.find(keys.slice(from, behind), rows, values);
      columns[`c${idx}`] = { kind: 'code', values };
    });
    seen = requireOrder(numbers({ rows, columns }, 'pos'), seen);
    onRows(numberRows({ rows, columns }, lookups.length, numbered));
  });
}

/** Positions are those of rows as they come; one behind the last of them. */
function requireOrder(pos: Float64Array, first: number): number {
  let next = first;
  for (let i = 0; i < pos.length; i++)
    if (pos[i] !== next++)
      throw new TesseraError('INTERNAL', { reason: `left row ${pos[i]} came ${next - 1}th` });
  return next;
}
