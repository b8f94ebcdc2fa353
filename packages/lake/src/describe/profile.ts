import { type DataType, isInteger, isScalar } from '@tessera/api';
import { quoteIdent } from '../quote.js';
import { readRows } from '../read-rows.js';
import type { Session } from '../session.js';
import { readsAsSql } from './csv-types.js';

/** What a sample of rows says about one column. */
export interface ColumnProfile {
  readonly nulls: number;
  /** Different values in the sample; null for lists. */
  readonly distinct: number | null;
  /** As DuckDB prints the type; null where all is null, and for lists. */
  readonly min: string | null;
  readonly max: string | null;
  /** Values that are no text of an instant or day are none; only of strings. */
  readonly timeTexts: number;
}

const COLUMNS_AT_ONCE = 8;

/**
 * Count, range and different values of columns over a relation.
 *
 * Cost  one pass per eight columns; memory for the hashes of their different values
 */
export async function profileColumns(
  session: Session,
  relation: string,
  columns: readonly { readonly name: string; readonly type: DataType }[],
): Promise<{ rows: number; profiles: ColumnProfile[] }> {
  const profiles: ColumnProfile[] = [];
  let rows = 0;
  for (let at = 0; at === 0 || at < columns.length; at += COLUMNS_AT_ONCE) {
    const some = columns.slice(at, at + COLUMNS_AT_ONCE);
    const facts = some.flatMap(({ name, type }, i) => {
      const column = quoteIdent(name);
      if (!isScalar(type)) return [`count(${column}) AS n${i}`];
      return [
        `count(${column}) AS n${i}`,
        // A hash of 64 bits: long texts would otherwise be kept.
        `count(DISTINCT hash(${column})) FILTER (WHERE ${column} IS NOT NULL) AS different${i}`,
        `CAST(min(${column}) AS VARCHAR) AS least${i}`,
        `CAST(max(${column}) AS VARCHAR) AS greatest${i}`,
        ...(type.kind === 'string' ? [`${readsAsSql(column, 'timestamp')} AS times${i}`] : []),
      ];
    });
    const [row] = await readRows(
      session,
      `SELECT ${['count(*) AS total', ...facts].join(', ')} FROM (${relation})`,
    );
    rows = Number(row?.total);
    const text = (value: unknown): string | null => (value == null ? null : String(value));
    some.forEach(({ type }, i) => {
      profiles.push({
        nulls: rows - Number(row?.[`n${i}`]),
        distinct: isScalar(type) ? Number(row?.[`different${i}`]) : null,
        min: text(row?.[`least${i}`]),
        max: text(row?.[`greatest${i}`]),
        timeTexts: Number(row?.[`times${i}`] ?? 0),
      });
    });
  }
  return { rows, profiles };
}

const YEAR_1990_S = 631_152_000;
const YEAR_2100_S = 4_102_444_800;
const TIME_NAME = /time|date|epoch|stamp|unix|when|(^|_)ts(_|$)|_(at|on|day)$|^day$|[a-z](At|Ts)$/i;

/** The epoch that integers between 1990 and 2100 would be; seconds only under a name that speaks of time. */
export function epochUnit(
  name: string,
  type: DataType,
  profile: Pick<ColumnProfile, 'min' | 'max'>,
): 'epoch_s' | 'epoch_ms' | 'epoch_us' | 'epoch_ns' | null {
  if (!isInteger(type) || profile.min === null || profile.max === null) return null;
  const [min, max] = [Number(profile.min), Number(profile.max)];
  const within = (unit: number) => min >= YEAR_1990_S * unit && max < YEAR_2100_S * unit;
  if (within(1)) return TIME_NAME.test(name) ? 'epoch_s' : null;
  if (type.kind === 'int32') return null;
  if (within(1e3)) return 'epoch_ms';
  if (within(1e6)) return 'epoch_us';
  return within(1e9) && TIME_NAME.test(name) ? 'epoch_ns' : null;
}

/** A name that speaks of time. */
export function isTimeName(name: string): boolean {
  return TIME_NAME.test(name);
}

const CAMEL_ID = /[\p{Ll}\d](Id|ID|Key|Uuid|UUID|Guid|Code|Number)$/u;

/** A name that speaks of what a row is about: `id`, `user_id`, `userId`, `product code`. */
export function isIdName(name: string): boolean {
  return /^(ids?|key|uuid|guid|code)$/i.test(name) || CAMEL_ID.test(name) || snakeId(name);
}

function snakeId(name: string): boolean {
  return /[^\p{L}\p{Nd}](ids?|key|uuid|guid|code|sku|nr|number|isbn|ean|iata|icao)$/iu.test(name);
}
