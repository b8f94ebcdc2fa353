import type { Column } from '@tessera/columnar';
import { createTableFromBatch, readStrings } from '@tessera/lake';
import type { FeaturePlan } from '@tessera/planner';
import { tableSql, type TaskContext } from './context.js';
import type { TableRef } from './task.js';

/** A column whose codes point into its own short list of strings. */
export interface LocalColumn {
  readonly column: Column;
  /** Null when the column holds no strings. */
  readonly strings: readonly string[] | null;
}

/** Rebuild a column with its codes replaced; `keys` says which side of a bucketed map a code stands on. */
function mapCodes(column: Column, value: (code: number) => number, bucket: ((code: number) => number) | null): Column {
  switch (column.kind) {
    case 'code':
      return { kind: 'code', values: column.values.map((code) => (code < 0 ? -1 : value(code))) };
    case 'list':
      return { ...column, child: mapCodes(column.child, value, null) };
    case 'map':
      return {
        ...column,
        keys: mapCodes(column.keys, bucket ?? value, null),
        values: mapCodes(column.values, value, null),
      };
    default:
      return column;
  }
}

function collect(column: Column, bucketed: boolean): { values: Set<number>; buckets: Set<number> } {
  const values = new Set<number>();
  const buckets = new Set<number>();
  mapCodes(
    column,
    (code) => {
      values.add(code);
      return code;
    },
    bucketed
      ? (code) => {
          buckets.add(code);
          return code;
        }
      : null,
  );
  return { values, buckets };
}

let tables = 0;

/** Strings of some codes, in ascending code order. */
async function lookUp(context: TaskContext, table: TableRef, codes: readonly number[]): Promise<string[]> {
  if (codes.length === 0) return [];
  const wanted = `wanted_${tables++}`;
  await createTableFromBatch(
    context.session,
    wanted,
    [{ name: 'code', type: { kind: 'int32' }, column: { kind: 'f64', values: Float64Array.from(codes) } }],
    codes.length,
  );
  const sql = `SELECT d.s FROM ${tableSql(context, table)} d JOIN "${wanted}" w ON d.code = w.code ORDER BY d.code`;
  const strings = await readStrings(context.session, sql);
  await context.session.connection.run(`DROP TABLE "${wanted}"`);
  return strings.map((s) => s ?? '');
}

/** Give a feature column its own strings: the dictionary of its values first, then that of its buckets. */
export async function localise(
  context: TaskContext,
  column: Column,
  feature: Pick<FeaturePlan, 'dictionary' | 'byDictionary' | 'by'>,
  dictionaries: Readonly<Record<string, TableRef>>,
): Promise<LocalColumn> {
  if (feature.dictionary === null && feature.byDictionary === null) return { column, strings: null };
  const { values, buckets } = collect(column, feature.by !== undefined);
  const strings: string[] = [];
  const side = async (id: string | null, codes: Set<number>) => {
    const sorted = [...codes].sort((a, b) => a - b);
    const table = id === null ? undefined : dictionaries[id];
    // Numbers of a bucket or value without a dictionary are not codes, so there are none here.
    const found = table ? await lookUp(context, table, sorted) : [];
    const base = strings.length;
    strings.push(...found);
    return new Map(sorted.map((code, at) => [code, base + at]));
  };
  const valueOf = await side(feature.dictionary, values);
  const bucketOf = await side(feature.byDictionary, buckets);
  const bucket = feature.by === undefined ? null : (code: number) => bucketOf.get(code) ?? -1;
  const local = mapCodes(column, (code) => valueOf.get(code) ?? -1, bucket);
  return { column: local, strings };
}
