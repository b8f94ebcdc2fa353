import {
  type ColumnSpec,
  type DataType,
  dayOf,
  definitionHash,
  formatDay,
  type SourceSpec,
  TesseraError,
} from '@tessera/api';
import type { Column } from '@tessera/columnar';
import { createTableFromBatch } from '@tessera/lake';
import { columnFromValues, type InputValue } from '../values/to-column.js';
import type { Inline } from './in-turn.js';
import type { InputRow, InputTables } from './input-types.js';

let tableCount = 0;

/** A source's rows as a table of the session, and as columns for the rows that come out. */
export interface LoadedSource {
  readonly table: string;
  readonly rows: number;
  readonly columns: ReadonlyMap<string, { spec: ColumnSpec; column: Column }>;
  readonly strings: readonly string[];
  readonly ds: readonly (string | null)[];
}

/**
 * Number of a given row. The name sorts behind every other, so that the row which stays of repeated ones (S1.5, S3.3: by
 * its columns in the order of their names) is the one that stays without this column.
 */
export const ROW: ColumnSpec = { name: '\u{10ffff}row', type: { kind: 'int32' }, nullable: false };

function givenRows(source: SourceSpec, tables: InputTables): readonly InputRow[] {
  const exact = tables[source.name];
  if (exact) return exact;
  return tables[source.name.split('.').at(-1) ?? ''] ?? [];
}

function checkTableNames(sources: readonly SourceSpec[], tables: InputTables): void {
  const names = sources.flatMap((source) => [source.name, source.name.split('.').at(-1) ?? '']);
  for (const name of Object.keys(tables)) {
    if (!names.includes(name)) {
      const known = [...new Set(sources.map((source) => source.name))];
      throw new TesseraError('BAD_OPTION', {
        option: name,
        reason: 'is not a source of this definition',
        options: known,
      });
    }
  }
}

function labelText(ds: InputValue): string | null {
  if (ds === undefined || ds === null) return null;
  return ds instanceof Date ? formatDay(dayOf(ds.getTime())) : String(ds);
}

async function load(
  inline: Inline,
  source: SourceSpec,
  rows: readonly InputRow[],
): Promise<LoadedSource> {
  const table = `source_${tableCount++}`;
  const strings: string[] = [];
  const codes = new Map<string, number>();
  const codeOf = (text: string) => {
    const known = codes.get(text);
    if (known !== undefined) return known;
    strings.push(text);
    codes.set(text, strings.length - 1);
    return strings.length - 1;
  };
  const given = source.columns.filter(({ expression }) => expression === undefined);
  const known = new Set([...given.map((c) => c.name), 'ds']);
  const stranger = rows.flatMap((row) => Object.keys(row)).find((name) => !known.has(name));
  if (stranger !== undefined) {
    throw new TesseraError('UNKNOWN_COLUMN', {
      source: source.name,
      column: stranger,
      columns: [...known],
    });
  }
  const columns = new Map<string, { spec: ColumnSpec; column: Column }>();
  for (const spec of given) {
    if (spec.name === 'ds') continue;
    const values = rows.map((row) => row[spec.name]);
    const column = columnFromValues(
      { table: source.name, column: spec.name },
      spec.type,
      values,
      codeOf,
    );
    columns.set(spec.name, { spec, column });
  }
  const ds = rows.map((row) => labelText(row.ds));
  // A source may declare its label, as text or as a date (S1.2).
  const dsType: DataType = source.columns.find((c) => c.name === 'ds')?.type ?? { kind: 'string' };
  const dsColumn = columnFromValues({ table: source.name, column: 'ds' }, dsType, ds, codeOf);
  const number: Column = { kind: 'f64', values: Float64Array.from(rows.keys()) };
  await createTableFromBatch(
    inline.context.session,
    table,
    [
      ...[...columns.values()].map(({ spec, column }) => ({
        name: spec.name,
        type: spec.type,
        column,
        dictionary: strings,
      })),
      { name: 'ds', type: dsType, column: dsColumn, dictionary: strings },
      { name: ROW.name, type: ROW.type, column: number },
    ],
    rows.length,
  );
  return { table, rows: rows.length, columns, strings, ds };
}

/** Every source once, by its id. */
export async function loadAll(
  inline: Inline,
  sources: readonly SourceSpec[],
  tables: InputTables,
): Promise<Map<string, LoadedSource>> {
  checkTableNames(sources, tables);
  const loaded = new Map<string, LoadedSource & { given: readonly InputRow[] }>();
  for (const source of sources) {
    const id = definitionHash(source);
    const rows = givenRows(source, tables);
    const same = loaded.get(id);
    // One path is one table, whatever a definition calls it; rows under two names would be a guess.
    if (same && same.given !== rows && rows.length > 0) {
      const reason = 'reads the same path and columns as another source: give its rows once';
      throw new TesseraError('BAD_OPTION', { option: source.name, reason });
    }
    if (!same) loaded.set(id, { ...(await load(inline, source, rows)), given: rows });
  }
  return loaded;
}

export async function dropAll(
  inline: Inline,
  loaded: ReadonlyMap<string, LoadedSource>,
): Promise<void> {
  for (const { table } of loaded.values())
    await inline.context.session.connection.run(`DROP TABLE IF EXISTS "${table}"`);
}
