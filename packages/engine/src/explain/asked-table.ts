import type { ColumnSpec } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import {
  createTableFromBatch,
  duckDbType,
  quoteIdent,
  quoteLiteral,
  readRows,
  type Session,
  type TableColumn,
} from '@tessera/lake';
import type { KeyAsked } from './request.js';

/** Table of the one left row. */
export const ASKED = 'asked';

/** Make the left row, and conditions that hold for rows of its key: constants, so that readers skip what cannot match. */
export async function askedTable(
  session: Session,
  keys: readonly KeyAsked[],
  time: { readonly name: string; readonly ms: number },
): Promise<string[]> {
  const own = new Map<string, TableColumn>();
  for (const { spec, column, strings } of keys)
    own.set(spec.name, { name: spec.name, type: spec.type, column, dictionary: strings });
  const at: Column = { kind: 'i64', values: BigInt64Array.of(BigInt(time.ms)), valid: null };
  const ds: Column = { kind: 'code', values: Int32Array.of(-1) };
  await createTableFromBatch(
    session,
    ASKED,
    [
      ...own.values(),
      { name: time.name, type: { kind: 'epoch_ms' }, column: at },
      ...(own.has('ds')
        ? []
        : [{ name: 'ds', type: { kind: 'string' as const }, column: ds, dictionary: [] }]),
    ],
    1,
  );
  if (keys.length === 0) return [];
  const texts = keys.map(({ spec }, idx) => `CAST(${quoteIdent(spec.name)} AS VARCHAR) AS k${idx}`);
  const [row] = await readRows(session, `SELECT ${texts.join(', ')} FROM ${ASKED}`);
  return keys.map(({ spec, right }, idx) => {
    const text = row?.[`k${idx}`];
    return typeof text === 'string' ? `${quoteIdent(right)} = ${constant(spec, text)}` : 'FALSE'; // A null key meets no row (S4.2).
  });
}

function constant({ type }: ColumnSpec, text: string): string {
  // SQL text ends at a NUL character.
  const literal = text.split('\0').map(quoteLiteral).join(' || chr(0) || ');
  return type.kind === 'string' ? `(${literal})` : `CAST(${literal} AS ${duckDbType(type)})`;
}
