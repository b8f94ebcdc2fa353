import { join } from 'node:path';
import { type DataType, parseType } from '@tessera/api';
import type { ServedPart, ServedStates } from '@tessera/kv-writer';
import { eventBytes } from '@tessera/planner';
import type { StateFamily } from '@tessera/tiling';
import type { Executor } from '../executor.js';
import type { KeysResult } from '../tasks/result.js';
import type { EncodeRowsTask, EncodeStatesTask, KeysTask, TableRef } from '../tasks/task.js';
import { buildLanes } from '../tiles/build-lanes.js';
import type { PartReads, PartWork } from './part-work.js';

/** What a key takes while its states are put together, per state and piece. */
const STATE_BYTES = 400;
/** Fewer keys are not worth a task of their own. */
const LEAST_KEYS = 4096;

export interface EntriesOptions {
  readonly executor: Executor;
  /** Folder of what is written. */
  readonly dir: string;
  readonly taskBytes: number;
}

/** Number the keys of every part, then cut them into tasks, in the order of their entries. */
export async function encodeTasks(
  works: readonly PartWork[],
  options: EntriesOptions,
  onDone: (done: number, total: number) => void,
): Promise<(EncodeStatesTask | EncodeRowsTask)[]> {
  const states = works.flatMap((work) =>
    work.spec.holds === 'states'
      ? work.reads.map((reads) => ({ part: work.spec as ServedStates, work, reads }))
      : [],
  );
  const tables = states.map((_, at): TableRef => ({ kind: 'exchange', name: `keys-${at}` }));
  const keys = states.map(({ reads }, at) => keysTask(reads, tables[at]!));
  let done = 0;
  onDone(0, keys.length);
  const counted = await options.executor.run<KeysResult>(keys, () => onDone(++done, keys.length));
  let files = 0;
  const nextFile = () => join(options.dir, `entries-${files++}`);
  return works.flatMap((work) =>
    work.reads.flatMap((reads): (EncodeStatesTask | EncodeRowsTask)[] => {
      const { spec } = work;
      if (spec.holds === 'rows') return [rowsTask(spec, reads, nextFile())];
      const at = states.findIndex((one) => one.reads === reads);
      const count = counted[at]!.keys;
      const base = statesTask(spec, work.families, reads, tables[at]!);
      return ranges(count, bytesOf(base), options).map((range) => ({
        ...base,
        range,
        file: nextFile(),
      }));
    }),
  );
}

function keysTask({ scan, relation, tiles }: PartReads, out: TableRef): KeysTask {
  const { source, keys, startMs, endMs } = scan;
  return {
    type: 'keys',
    // A grid's keys are the source's own.
    keySet: { id: scan.keySet, columns: keys, types: [], snapshotLagMs: null },
    from: { source, relation },
    grid: { keys, startMs, endMs, tiles },
    out,
  };
}

function rowsTask(
  spec: ServedPart & { readonly holds: 'rows' },
  { day, scan, relation }: PartReads,
  file: string,
): EncodeRowsTask {
  const types = [...spec.keys, ...spec.columns].map(({ type }) => parseType(type));
  return { type: 'encode-rows', part: spec, day, scan, relation, types, file };
}

type Unranged = Omit<EncodeStatesTask, 'range' | 'file'>;

function statesTask(
  part: ServedStates,
  families: readonly (readonly StateFamily[])[],
  { day, scan, relation, rows, tiles }: PartReads,
  keys: TableRef,
): Unranged {
  const unique = new Map(families.flat().map((family) => [family.hash, family]));
  const { lanes, states, strings } = buildLanes([...unique.values()]);
  const ofAxis = (axis: number) =>
    new Map(
      families
        .filter((_, idx) => part.states[idx]!.axis === axis)
        .flat()
        .map((family) => [family.hash, family]),
    );
  return {
    type: 'encode-states',
    ...{ part, day, relation, rows, tiles, keys, states, strings },
    scan: { ...scan, lanes },
    keyTypes: part.keys.map(({ type }): { type: DataType } => ({ type: parseType(type) })),
    axes: part.axes.map((_, axis) => [...ofAxis(axis).values()]),
    served: families.map((own, idx) => ({
      idx,
      axis: part.states[idx]!.axis,
      families: own.map(({ hash }) => hash),
    })),
  };
}

/** What all of it takes, roughly: rows and tiles as they are read, and what becomes of them. */
function bytesOf({ rows, tiles, scan, states }: Unranged): number {
  const tileRows = tiles.reduce(
    (n, { places }) => n + places.reduce((own, place) => own + place.rows, 0),
    0,
  );
  return rows * eventBytes(scan.lanes) + tileRows * STATE_BYTES * states.length;
}

/** Runs of codes: as many as memory wants, and enough that no worker waits for another for long. */
function ranges(
  count: number,
  bytes: number,
  { executor: { workers }, taskBytes }: EntriesOptions,
): { from: number; to: number }[] {
  const byMemory = Math.ceil(bytes / taskBytes);
  const forWorkers = Math.min(workers === 1 ? 1 : 2 * workers, Math.ceil(count / LEAST_KEYS));
  const parts = Math.min(count, Math.max(1, byMemory, forWorkers));
  return Array.from({ length: parts }, (_, at) => ({
    from: Math.floor((count * at) / parts),
    to: Math.floor((count * (at + 1)) / parts),
  }));
}
