import type { Column } from '@tessera/columnar';
import { createTableFromBatch, readStrings } from '@tessera/lake';
import type { FeaturePlan } from '@tessera/planner';
import { type TaskContext, tableSql } from './context.js';
import { heldTables } from './held-tables.js';
import type { TableRef } from './task.js';

/** A column whose codes point into its own short list of strings. */
export interface LocalColumn {
  readonly column: Column;
  /** Null when the column holds no strings. */
  readonly strings: readonly string[] | null;
}

/** Rebuild a column with its codes replaced; `keys` says which side of a bucketed map a code stands on. */
function mapCodes(
  column: Column,
  value: (code: number) => number,
  bucket: ((code: number) => number) | null,
): Column {
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

/** Larger dictionaries are asked for the strings that are needed instead of being held. */
const HELD_STRINGS = 200_000;

let tables = 0;

/** The strings of a dictionary by code, all of them or (large ones) those of the given codes. */
async function stringsOf(
  context: TaskContext,
  table: TableRef,
  codes: () => ReadonlySet<number>,
): Promise<(code: number) => string> {
  const held = await heldStrings(context, table);
  if (held) return (code) => held[code] ?? '';
  const wanted = [...codes()].sort((a, b) => a - b);
  const found = await lookUp(context, table, wanted);
  const byCode = new Map(wanted.map((code, at) => [code, found[at] ?? '']));
  return (code) => byCode.get(code) ?? '';
}

const heldDictionaries = heldTables<readonly string[] | null>();

function heldStrings(context: TaskContext, table: TableRef): Promise<readonly string[] | null> {
  const path = table.kind === 'exchange' ? context.exchange.path(table.name) : null;
  if (path === null) return readHeld(context, table);
  return heldDictionaries(context.exchange, path, () => readHeld(context, table));
}

async function readHeld(context: TaskContext, table: TableRef): Promise<readonly string[] | null> {
  const sql = `SELECT s FROM ${tableSql(context, table)} ORDER BY code LIMIT ${HELD_STRINGS + 1}`;
  const strings = await readStrings(context.session, sql);
  return strings.length > HELD_STRINGS ? null : strings.map((s) => s ?? '');
}

async function lookUp(
  context: TaskContext,
  table: TableRef,
  codes: readonly number[],
): Promise<string[]> {
  if (codes.length === 0) return [];
  const wanted = `wanted_${tables++}`;
  await createTableFromBatch(
    context.session,
    wanted,
    [
      {
        name: 'code',
        type: { kind: 'int32' },
        column: { kind: 'f64', values: Float64Array.from(codes) },
      },
    ],
    codes.length,
  );
  const sql = `SELECT d.s FROM ${tableSql(context, table)} d JOIN "${wanted}" w ON d.code = w.code ORDER BY d.code`;
  const strings = await readStrings(context.session, sql);
  await context.session.connection.run(`DROP TABLE "${wanted}"`);
  return strings.map((s) => s ?? '');
}

/** Where strings of codes are, and what for. */
export interface Strings {
  readonly dictionaries: Readonly<Record<string, TableRef>>;
  readonly use: 'written' | 'read';
}

/**
 * Give a feature column its strings: those that it holds alone, values first, then buckets; or, where it is only written,
 * the whole dictionary, which columns of all partitions share.
 *
 * @param use of the strings: `written` where nobody looks at them one by one
 */
export async function localise(
  context: TaskContext,
  column: Column,
  feature: Pick<FeaturePlan, 'dictionary' | 'byDictionary' | 'by'>,
  { dictionaries, use }: Strings,
): Promise<LocalColumn> {
  if (feature.dictionary === null && feature.byDictionary === null)
    return { column, strings: null };
  const shared = feature.dictionary === null ? undefined : dictionaries[feature.dictionary];
  if (use === 'written' && feature.by === undefined && shared !== undefined) {
    const held = await heldStrings(context, shared);
    if (held !== null) return { column, strings: held };
  }
  const strings: string[] = [];
  const side = async (
    id: string | null,
    codes: (found: ReturnType<typeof collect>) => ReadonlySet<number>,
  ) => {
    const table = id === null ? undefined : dictionaries[id];
    const text = table
      ? await stringsOf(context, table, () => codes(collect(column, feature.by !== undefined)))
      : null;
    const local = new Map<number, number>();
    return (code: number) => {
      const known = local.get(code);
      if (known !== undefined) return known;
      strings.push(text?.(code) ?? '');
      local.set(code, strings.length - 1);
      return strings.length - 1;
    };
  };
  const value = await side(feature.dictionary, (found) => found.values);
  const bucket =
    feature.by === undefined ? null : await side(feature.byDictionary, (found) => found.buckets);
  return { column: mapCodes(column, value, bucket), strings };
}
