import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join as joinPath } from 'node:path';
import {
  type AggregationSpec,
  formatDay,
  type GroupBySpec,
  isTesseraError,
  type JoinSpec,
  parseType,
  type SourceSpec,
} from '@tessera/api';
import {
  backfill,
  type RunOptions,
  type RunReport,
  type RunResult,
  trainSet,
} from '@tessera/engine';
import { expect } from 'vitest';
import { rowsSql } from '../files/lake-tables.js';
import { hashes, isPublished, newFolder, parquet, quoted, sql } from '../files/workspace.js';
import type { Row } from '../oracle/types.js';

/**
 * Odd input, read as rows and as tiles. Days 0 to 15 begin on the grid of eight; the left asks on day 15, so that an unbounded
 * window reads a block of days 0 to 7, seven days begin in day 8, and one hour in day 14.
 */
const FIRST_DAY = 8 * 2518;
export const ASKED_DAY = 15;
/** A day of each level: in a block, of hours, of five minutes, of rows. */
export const LEVEL_DAYS = [3, 8, 14, 15] as const;
const WINDOWS = ['1h', '7d', null];

export const ds = (day: number): string => formatDay(FIRST_DAY + day);
export const instant = (day: number, time = '12:00'): string => `${ds(day)}T${time}Z`;

export type Drawn = Omit<AggregationSpec, 'windows' | 'as'>;

/** Rows of one file. */
export interface OddFile {
  readonly day: number | string;
  readonly name?: string;
  readonly rows: readonly Row[];
  /** What is written of them, as DuckDB selects it; default: all, as declared. */
  readonly select?: string;
}

export interface OddCase {
  /** Types by column; time is `at`. */
  readonly columns: Readonly<Record<string, string>>;
  readonly source?: Partial<SourceSpec>;
  readonly keys?: readonly string[];
  readonly files: readonly OddFile[];
  readonly aggregations: readonly Drawn[];
  /** Keys that the left asks for; default: all there are. `own` = the source's rows ask about each other. */
  readonly asked?: readonly Row[] | 'own';
  readonly options?: RunOptions;
  /**
   * Some partition has a file that no window reaches. Its tiles are of the whole partition, so the report counts its rows too,
   * where rows alone would leave it out.
   */
  readonly countsMore?: boolean;
}

/** Files of these rows on a day of each level, at noon. */
export function onLevels(rows: readonly Row[]): OddFile[] {
  return LEVEL_DAYS.map((day) => ({
    day,
    rows: rows.map((row, i) => ({ at: instant(day, `10:0${i % 10}`), ...row })),
  }));
}

export interface OddAnswer {
  readonly code: string | null;
  readonly message: string;
  readonly hashes: Readonly<Record<string, string>>;
  readonly report: RunReport | null;
  readonly tilesRead: number;
}

const long = process.env.TESSERA_LONG === '1';

/** What a training set answers by rows, and (in a long run) a groupBy; and that tiles answer it too. */
export async function sameByTiles(
  odd: OddCase,
): Promise<{ set: OddAnswer; groupBy: OddAnswer | null }> {
  const lake = joinPath(newFolder(), 'lake');
  const { asked, groupBy } = definitionsOf(odd);
  for (const { day, name = 'a', rows, select = '*' } of odd.files) {
    const label = typeof day === 'number' ? ds(day) : day;
    const { format } = groupBy.source;
    const path = joinPath(lake, 'events', `ds=${label}`, `${name}.${format}`);
    mkdirSync(dirname(path), { recursive: true });
    const written = `SELECT ${select} FROM (${rowsSql(groupBy.source, rows)})`;
    await sql(`COPY (${written}) TO ${quoted(path)} (FORMAT ${format})`);
  }
  if (odd.asked !== 'own')
    await parquet(
      joinPath(lake, 'asked', `ds=${ds(ASKED_DAY)}`, 'a.parquet'),
      rowsSql(asked.left, leftRows(odd)),
    );
  const range = { start: ds(ASKED_DAY - 1), end: ds(ASKED_DAY) };
  const options = { lake, workers: 1, ...odd.options };
  const out = newFolder();
  const answers = async (run: (options: RunOptions) => Promise<RunResult>): Promise<OddAnswer> => {
    const byRows = await answerOf(run({ ...options, out: newFolder(), tiles: 'off' }));
    // The groupBy finds tiles of the training set.
    const byTiles = await answerOf(run({ ...options, out, tiles: 'always' }));
    expect(byRows.tilesRead).toBe(0);
    expect(comparable(byTiles, odd)).toEqual(comparable(byRows, odd));
    return byTiles;
  };
  const set = await answers((own) => trainSet(asked, { start: ds(8), ...own }));
  const values = long ? await answers((own) => backfill(groupBy, { ...range, ...own })) : null;
  rmSync(dirname(lake), { recursive: true });
  return { set, groupBy: values };
}

function comparable({ tilesRead: _, report, ...rest }: OddAnswer, { countsMore }: OddCase) {
  const sources = report?.sources.map((source) =>
    countsMore === true ? { ...source, rowsRead: 0 } : source,
  );
  return { ...rest, report: report && { ...report, sources } };
}

async function answerOf(run: Promise<RunResult>): Promise<OddAnswer> {
  try {
    const { path, report, counters } = await run;
    const published = hashes(path ?? '', isPublished);
    const { tilesRead } = counters;
    return { code: null, message: '', hashes: published, report, tilesRead };
  } catch (error) {
    if (!isTesseraError(error)) throw error;
    const { code, message } = error;
    return { code, message, hashes: {}, report: null, tilesRead: 0 };
  }
}

function definitionsOf(odd: OddCase): { asked: JoinSpec; groupBy: GroupBySpec } {
  const { columns, source = {}, keys = ['user'], aggregations, asked } = odd;
  const typed = (of: Readonly<Record<string, string>>): SourceSpec['columns'] =>
    Object.entries(of).map(([name, type]) => ({ name, type: parseType(type), nullable: true }));
  const bare = { kind: 'events', format: 'parquet', time: 'at' } as const;
  const right: SourceSpec = {
    ...bare,
    name: 'events',
    path: 'events',
    columns: typed({ ...columns, at: columns.at ?? 'timestamp' }),
    ...source,
  };
  const keyTypes = Object.fromEntries(keys.map((key) => [key, columns[key]!]));
  const left: SourceSpec = {
    ...bare,
    name: 'asked',
    path: 'asked',
    columns: typed({ ...keyTypes, at: 'timestamp' }),
  };
  const groupBy: GroupBySpec = {
    kind: 'groupBy',
    name: 'odd',
    source: right,
    keys,
    aggregations: aggregations.map((one, i) => ({ ...one, windows: WINDOWS, as: `a${i}` })),
    accuracy: 'temporal',
    tail: 'sawtooth',
    empty: 'zero',
    online: false,
  };
  const part = { groupBy, lagMs: 0, at: 'strict', missing: 'error' } as const;
  const partKeys = keys.map((key) => ({ left: key, right: key }));
  const from = asked === 'own' ? right : left;
  return {
    asked: { kind: 'join', name: 'asked', left: from, parts: [{ ...part, keys: partKeys }] },
    groupBy,
  };
}

/** Every key that is asked for, at the start of the day, within it and at its end. */
function leftRows({ asked, files, keys = ['user'] }: OddCase): Row[] {
  const all = files.flatMap(({ rows }) => rows);
  const own = all.map((row) => Object.fromEntries(keys.map((key) => [key, row[key] ?? null])));
  const distinct = new Map(own.map((row) => [stringOf(row), row]));
  const wanted = asked === undefined || asked === 'own' ? [...distinct.values()] : asked;
  return wanted.flatMap((row) =>
    ['00:00', '10:30', '23:59:59.999'].map((time) => ({ ...row, at: instant(ASKED_DAY, time) })),
  );
}

const stringOf = (row: Row): string =>
  JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
