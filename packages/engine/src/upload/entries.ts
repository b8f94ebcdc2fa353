import { join } from 'node:path';
import { type DataType, parseType } from '@tessera/api';
import type { ServedPart, ServedStates } from '@tessera/kv-writer';
import type { StateFamily } from '@tessera/tiling';
import type { Executor } from '../executor.js';
import type { KeysResult } from '../tasks/result.js';
import type { EncodeRowsTask, EncodeStatesTask, KeysTask, TableRef } from '../tasks/task.js';
import { buildLanes } from '../tiles/build-lanes.js';
import { keyRanges, type Unranged } from './key-ranges.js';
import type { PartReads, PartWork } from './part-work.js';
import { type RangedUnit, readIntoRanges } from './range-blocks.js';

export interface EntriesOptions {
  readonly executor: Executor;
  readonly numberKeys: (
    tasks: readonly KeysTask[],
    onDone: () => void,
  ) => Promise<readonly KeysResult[]>;
  /** Folder of what is written. */
  readonly dir: string;
  readonly taskBytes: number;
}

/**
 * Number the keys of every part, read what their states are made of into ranges of them, and give the tasks that make entries,
 * in the order of these.
 */
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
  const counted = await options.numberKeys(keys, () => onDone(++done, keys.length));
  const units = states.map(({ part, work, reads }, at): RangedUnit => {
    const base = statesTask(part, work.families, reads, tables[at]!);
    return { id: String(at), reads, base, ranges: keyRanges(counted[at]!.keys, base, options) };
  });
  const blocks = await readIntoRanges(units, options, (read, reads) =>
    onDone(keys.length + read, keys.length + reads),
  );
  let files = 0;
  const nextFile = () => join(options.dir, `entries-${files++}`);
  return works.flatMap((work) =>
    work.reads.flatMap((reads): (EncodeStatesTask | EncodeRowsTask)[] => {
      const { spec } = work;
      if (spec.holds === 'rows') return [rowsTask(spec, reads, nextFile())];
      const at = units.findIndex((unit) => unit.reads === reads);
      const { base, ranges } = units[at]!;
      return ranges.map((range, idx) => ({
        ...base,
        range,
        blocks: blocks[at]?.[idx] ?? null,
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
