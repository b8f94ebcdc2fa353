import { DAY_MS, type DataType } from '@tessera/api';
import { TIME_END_MS } from '../time-sql.js';
import type { Footer } from './footer.js';
import type { ThriftStruct, ThriftValue } from './thrift.js';

/** What a source wants to know of a file. */
export interface FooterQuestion {
  /** Its time column. */
  readonly time: { readonly name: string; readonly type: DataType } | null;
  /** Columns whose nulls are wanted. */
  readonly nullsOf: readonly string[];
}

/** What a footer answers, in plain numbers: it is not kept itself. */
export interface FooterFacts {
  readonly rows: number;
  /** Its columns as text: files of one text are read in one way. */
  readonly schema: string;
  /** Null where only DuckDB can tell: bounds of another type than the source declares, or beyond what is a time. */
  readonly time: TimeStatistics | null;
  /** Of columns that there are; null where a row group does not say. */
  readonly nulls: Readonly<Record<string, number | null>>;
}

export interface TimeStatistics {
  /** Floored epoch ms; null where the file has no statistics, no such column, or only nulls. */
  readonly timeMinMs: number | null;
  readonly timeMaxMs: number | null;
  readonly timeNulls: number | null;
}

/** The same as `parquet_schema` and `parquet_metadata` of DuckDB say, without a query for each question. */
export function footerFacts(footer: Footer, { time, nullsOf }: FooterQuestion): FooterFacts {
  const elements = structs(footer.fields.get(2));
  const nulls: Record<string, number | null> = {};
  for (const name of nullsOf) {
    const chunks = chunksOf(footer, name);
    if (chunks.length > 0) nulls[name] = sumOrNull(chunks.map(({ nulls: count }) => count));
  }
  return {
    rows: footer.rows,
    schema: elements.map((element) => textOf(element)).join('\n'),
    time: time === null ? NO_TIME : timeStatistics(footer, elements, time),
    nulls,
  };
}

const NO_TIME: TimeStatistics = { timeMinMs: null, timeMaxMs: null, timeNulls: null };

interface ChunkFacts {
  readonly values: number;
  readonly nulls: number | null;
  readonly least: Buffer | null;
  readonly greatest: Buffer | null;
}

/** Statistics of a column in every row group; of nested columns nothing is asked. */
function chunksOf({ fields, leaves }: Footer, name: string): ChunkFacts[] {
  const own = leaves.flatMap(({ path }, idx) =>
    path.length === 1 && path[0] === name ? [idx] : [],
  );
  return structs(fields.get(4)).flatMap((group) => {
    const columns = structs(group.get(1));
    return own.map((idx) => factsOfChunk(columns[idx]?.get(3)));
  });
}

function factsOfChunk(meta: ThriftValue | undefined): ChunkFacts {
  const values = meta instanceof Map ? meta.get(5) : undefined;
  const stats: ThriftValue | undefined = meta instanceof Map ? meta.get(12) : undefined;
  const said = (id: number) => (stats instanceof Map ? stats.get(id) : undefined);
  const bytes = (id: number) => {
    const value = said(id);
    return Buffer.isBuffer(value) ? value : null;
  };
  const nulls = said(3);
  return {
    values: typeof values === 'number' ? values : 0,
    nulls: typeof nulls === 'number' ? nulls : null,
    // Not the fields 1 and 2 of long ago: nobody said how their bounds are compared.
    least: bytes(6),
    greatest: bytes(5),
  };
}

function timeStatistics(
  footer: Footer,
  elements: readonly ThriftStruct[],
  { name, type }: { readonly name: string; readonly type: DataType },
): TimeStatistics | null {
  const chunks = chunksOf(footer, name);
  if (chunks.length === 0) return NO_TIME;
  const named = elements.filter((element) => String(element.get(4)) === name);
  const read = named.length === 1 ? readerOf(named[0]!, type) : null;
  if (read === null) return null;
  const bounds: number[] = [];
  let isKnown = true;
  for (const { values, nulls, least, greatest } of chunks) {
    if (least !== null && greatest !== null) {
      const [from, to] = [read(least), read(greatest)];
      if (from === null || to === null) return null;
      bounds.push(from, to);
    } else if (least !== null || greatest !== null) return null;
    else if (nulls !== values) isKnown = false;
  }
  const has = isKnown && bounds.length > 0;
  return {
    timeMinMs: has ? bounds.reduce((a, b) => Math.min(a, b)) : null,
    timeMaxMs: has ? bounds.reduce((a, b) => Math.max(a, b)) : null,
    timeNulls: sumOrNull(chunks.map(({ nulls }) => nulls)),
  };
}

type ReadBound = (bound: Buffer) => number | null;

const INT32 = 1;
const INT64 = 2;

/** How a bound is read as floored epoch ms; null for a column whose values are converted before they are a time. */
function readerOf(element: ThriftStruct, declared: DataType): ReadBound | null {
  const type = element.get(1);
  const logical = element.get(10);
  const [entry] = logical instanceof Map ? logical : [];
  const [kind, inner] = entry ?? [null, null];
  const converted = element.get(6);
  if (declared.kind === 'date')
    return type === INT32 && (converted === 6 || kind === 6) ? readDays : null;
  if (declared.kind !== 'timestamp' && declared.kind !== 'timestamptz') return null;
  if (type !== INT64) return null;
  const unit = inner instanceof Map ? inner.get(2) : undefined;
  const [said] = unit instanceof Map ? unit : [];
  // 1 = milliseconds, 2 = microseconds; what is written in no other way has a converted type alone.
  const which = kind === 8 ? said?.[0] : kind === null ? Number(converted) - 8 : null;
  if (which !== 1 && which !== 2) return null;
  return (bound) => readInstant(bound, which === 1 ? 1n : 1000n);
}

const readDays: ReadBound = (bound) =>
  bound.length === 4 ? inRange(bound.readInt32LE() * DAY_MS) : null;

function readInstant(bound: Buffer, unitsPerMs: bigint): number | null {
  if (bound.length !== 8) return null;
  const units = bound.readBigInt64LE();
  return units < 0n ? null : inRange(Number(units / unitsPerMs));
}

/** What else there is (infinite, before 1970, in the far future) DuckDB has its own ways with. */
function inRange(ms: number): number | null {
  return ms >= 0 && ms < TIME_END_MS ? ms : null;
}

function sumOrNull(counts: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const count of counts) {
    if (count === null) return null;
    sum += count;
  }
  return sum;
}

/** Two different structs never have one text. */
function textOf(value: ThriftValue): string {
  if (Buffer.isBuffer(value)) return JSON.stringify(value.toString('latin1'));
  if (value instanceof Map)
    return `{${[...value].map(([id, field]) => `${id}:${textOf(field)}`).join(',')}}`;
  return Array.isArray(value) ? `[${value.map(textOf).join(',')}]` : String(value);
}

function structs(value: ThriftValue | undefined): ThriftStruct[] {
  return Array.isArray(value) ? value.filter((item) => item instanceof Map) : [];
}
