import { type Batch, type Column, place } from '@tessera/columnar';
import type { FeaturePlan } from '@tessera/planner';
import type { TaskContext } from './context.js';
import type { Section } from './task.js';
import { codes } from './typed.js';

/** Blocks of some rows, and what is added to their positions. */
export interface Blocks {
  readonly sections: readonly Section[];
  readonly rows: number;
  readonly shift: number;
  readonly of: string;
}

/** A feature's column; null where a partition without rows has no blocks. */
export type SweptColumns = (feature: Pick<FeaturePlan, 'scan' | 'name'>) => Column | null;

/** Blocks of all buckets → columns of these names in left order. */
function inLeftOrder(
  { exchange }: Pick<TaskContext, 'exchange'>,
  blocks: readonly Blocks[],
  names: readonly string[],
): Batch | null {
  const to: Int32Array[] = [];
  const found = names.map((): Column[] => []);
  for (const { sections, rows: expected, shift, of } of blocks) {
    let seen = 0;
    for (const section of sections) {
      const batch = exchange.read(section);
      seen += batch.rows;
      to.push(shifted(codes(batch, 'position'), shift));
      names.forEach((name, idx) => {
        const column = batch.columns[name];
        if (column === undefined) throw new Error(`a block of ${of} has no column ${name}`);
        found[idx]!.push(column);
      });
    }
    if (seen !== expected) throw new Error(`${of}: ${seen} swept rows of ${expected}`);
  }
  if (to.length === 0) return null;
  const rows = blocks.reduce((sum, one) => sum + one.rows, 0);
  const columns: Record<string, Column> = {};
  names.forEach((name, idx) => {
    columns[name] = place(found[idx]!, to, rows);
  });
  return { rows, columns };
}

function shifted(position: Int32Array, by: number): Int32Array {
  if (by === 0) return position;
  const to = new Int32Array(position.length);
  for (let i = 0; i < to.length; i++) to[i] = position[i]! + by;
  return to;
}

/**
 * Columns of features in left order. Features of scans that were swept together lie in the same blocks, which are read once
 * for all of them.
 *
 * @param blocksOf blocks of a scan
 */
export function columnsInLeftOrder(
  context: Pick<TaskContext, 'exchange'>,
  features: readonly Pick<FeaturePlan, 'scan' | 'name'>[],
  blocksOf: (scan: string) => readonly Blocks[],
): SweptColumns {
  const namesOf = new Map<string, string[]>();
  for (const { scan, name } of features) namesOf.set(scan, [...(namesOf.get(scan) ?? []), name]);
  const readings = new Map<string, { blocks: readonly Blocks[]; names: string[] }>();
  const readingOf = new Map<string, string>();
  for (const [scan, names] of namesOf) {
    const blocks = blocksOf(scan);
    const key = JSON.stringify(blocks.map(({ sections }) => sections.map(placeOf)));
    const known = readings.get(key) ?? { blocks, names: [] };
    known.names.push(...names);
    readings.set(key, known);
    readingOf.set(scan, key);
  }
  const batches = new Map<string, Batch | null>();
  return ({ scan, name }) => {
    const key = readingOf.get(scan)!;
    const { blocks, names } = readings.get(key)!;
    if (!batches.has(key)) batches.set(key, inLeftOrder(context, blocks, names));
    return batches.get(key)?.columns[name] ?? null;
  };
}

const placeOf = ({ name, offset }: Section) => [name, offset];
