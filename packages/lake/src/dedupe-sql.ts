import { type ColumnSpec, isInputColumn, type SourceSpec } from '@tessera/api';
import { quoteIdent } from './quote.js';

/**
 * The QUALIFY condition that keeps one row of each set of repeated ones; sees `__ds`, `__t` and all declared columns. What
 * aggregations compute decides nothing: a row is the same whoever asks.
 *
 *   eventId (S1.5)   of one partition's rows with one id the least by (time, tieBreaker, canonical encoding) stays.
 *                    Rows without an id, or without a time, are left alone.
 *   dedupe (S3.3)    of one partition's rows with one key the greatest orderBy stays, then the greatest canonical
 *                    encoding. Rows with a null key are left alone: they are dropped, and counted, elsewhere.
 *
 * The canonical encoding of a row is its declared columns in the order of their names, null below everything. Equal
 * encodings are equal rows, so which of them stays cannot be seen.
 */
export function dedupeSql(source: SourceSpec): string {
  const encoding = source.columns
    .filter((column) => !isInputColumn(column))
    .sort((a, b) => byCodePoint(a.name, b.name))
    .map(orderKey);
  if (source.dedupe !== undefined) {
    const keys = (source.keys ?? []).map(quoteIdent);
    const order = [quoteIdent(source.dedupe.orderBy), ...encoding].map(
      (key) => `${key} DESC NULLS LAST`,
    );
    const anyNull = keys.map((key) => `${key} IS NULL OR `).join('');
    return `${anyNull}row_number() OVER (PARTITION BY ${['__ds', ...keys].join(', ')} ORDER BY ${order.join(', ')}) = 1`;
  }
  const id = quoteIdent(source.eventId ?? '');
  const tie = source.tieBreaker === undefined ? [] : [quoteIdent(source.tieBreaker)];
  const order = ['__t', ...[...tie, ...encoding].map((key) => `${key} ASC NULLS FIRST`)];
  return `${id} IS NULL OR __t IS NULL OR row_number() OVER (PARTITION BY __ds, ${id}, __t IS NULL ORDER BY ${order.join(', ')}) = 1`;
}

/** Inside a list DuckDB puts null above everything: a flag before each element puts it below (S5.4). */
function orderKey({ name, type }: ColumnSpec): string {
  const column = quoteIdent(name);
  if (type.kind !== 'list') return column;
  return `list_transform(${column}, lambda __e: {'present': __e IS NOT NULL, 'value': __e})`;
}

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
