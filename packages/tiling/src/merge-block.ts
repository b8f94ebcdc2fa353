import { quoteIdent, readColumns, readStrings, run, type Session } from '@tessera/lake';
import { blockInput, blockMembers } from './blocks.js';
import type { StateFamily } from './families.js';
import type { BlockLevel, Level } from './hops.js';
import { mergeTiles } from './merge-tiles.js';
import { readTileScan } from './read-tiles.js';
import { bad } from './row-lanes.js';
import { type StagedTiles, stageTilePieces, stringSource, type TilePiece } from './stage-tiles.js';
import { stateFields } from './state-columns.js';
import { createStringCodes, type StringCodes } from './string-codes.js';
import { tileEntry } from './tile-manifest.js';
import { placesOf } from './tile-places.js';
import { scanStringsSql, type TileScan, tileScanSql } from './tile-scan.js';
import type { TileSet } from './tile-set.js';
import type { Tiles } from './tiles.js';

export interface MergeBlock {
  readonly set: TileSet;
  readonly level: BlockLevel;
  /** The block's first day. */
  readonly label: string;
  readonly families: readonly StateFamily[];
  readonly keyCount: number;
  readonly staging: string;
  /** False when the block is there already, and only these states are to be added. */
  readonly withBase: boolean;
  /** Tiles of the level below to hold at once; more are merged in ranges of keys. Default 500,000. */
  readonly tilesAtOnce?: number;
}

/** With wide states tiles are not what fills memory; files are three to ten times smaller than the columns they become. */
const BYTES_AT_ONCE = 64e6;

/**
 * Merge the tiles of a block's partitions, as the set lists them, and stage the result: for 64 days of the blocks of 8 days
 * that are there, and of the days of the others.
 *
 * Throws  INTERNAL when the block has no partitions, or one has no tiles of a day or not all states
 * Memory  columns of one range of keys; the block's tiles in a table of the session until they are written
 */
export async function mergeBlock(session: Session, input: MergeBlock): Promise<StagedTiles> {
  const { set, level, label, families, keyCount, staging, withBase } = input;
  const members = blockMembers(set.manifest.partitions, label, level);
  if (members.length === 0) throw bad(`the ${level} block ${label} has no partitions`);
  const scans = [...labelsByLevel(input)].map(
    ([below, labels]): TileScan => ({
      level: below,
      places: placesOf(set, below, labels, families),
      families,
      keyCount,
      startMs: null,
      endMs: null,
    }),
  );
  const keys = `block_keys_${blocks++}`;
  try {
    const tiles = await createKeys(session, keys, scans);
    const places = scans.flatMap((scan) => scan.places);
    const bytes = places.reduce((sum, group) => sum + group.bytes, 0);
    const rows = tiles.reduce((sum, n) => sum + n, 0);
    const parts = Math.ceil(bytes / BYTES_AT_ONCE);
    const atOnce = Math.min(input.tilesAtOnce ?? 500_000, Math.ceil(rows / Math.max(parts, 1)));
    const work = { session, scans, keys: quoteIdent(keys), keyCount, families, withBase, level };
    return await stageTilePieces(
      session,
      { staging, place: { ds: label, level, input: blockInput(members) } },
      mergedPieces(work, keyRanges(tiles, atOnce)),
    );
  } finally {
    await run(session, `DROP TABLE IF EXISTS ${quoteIdent(keys)}`);
  }
}

/** What a block is merged of: the coarsest tiles that its partitions have. */
function labelsByLevel({ set, level, label, families }: MergeBlock): Map<Level, string[]> {
  const { partitions } = set.manifest;
  const found = new Map<Level, string[]>();
  const add = (below: Level, ds: string) => found.set(below, [...(found.get(below) ?? []), ds]);
  for (const { ds, input } of blockMembers(partitions, label, level)) {
    if (level === '8d') {
      add('1d', ds);
      continue;
    }
    const block = tileEntry(set.manifest, ds, '8d');
    if (block?.input === input && families.every(({ hash }) => hash in block.states)) add('8d', ds);
    else for (const day of blockMembers(partitions, ds, '8d')) add('1d', day.ds);
  }
  return found;
}

let blocks = 0;

/** A table of all keys with `code`, in their order. Returns how many tiles each code has. */
async function createKeys(
  session: Session,
  table: string,
  scans: readonly TileScan[],
): Promise<Float64Array> {
  const sql = scans
    .map((scan) => tileScanSql({ ...scan, families: [] }, null, {}).sql)
    .join(' UNION ALL ');
  const names = Array.from({ length: scans[0]!.keyCount }, (_, i) => `k${i}`);
  const [list, order] = [
    names.map((name) => `${name}, `).join(''),
    names.length === 0 ? '' : `ORDER BY ${names.join(', ')}`,
  ];
  await run(
    session,
    `CREATE TEMP TABLE ${quoteIdent(table)} AS
     SELECT CAST(row_number() OVER (${order}) - 1 AS INTEGER) AS code, * FROM (
       SELECT ${list}count(*) AS tiles FROM (${sql}) GROUP BY ALL
     )`,
  );
  const { columns } = await readColumns(
    session,
    `SELECT CAST(tiles AS DOUBLE) AS tiles FROM ${quoteIdent(table)} ORDER BY code`,
  );
  return columns.tiles?.kind === 'f64' ? columns.tiles.values : new Float64Array(0);
}

/** Codes from … to - 1. */
interface KeyRange {
  readonly from: number;
  readonly to: number;
}

/** All codes, cut so that no range has more tiles than wanted, but for single keys that have. At least one range. */
export function keyRanges(tiles: Float64Array, atOnce: number): readonly KeyRange[] {
  const ranges: KeyRange[] = [];
  let from = 0;
  let held = 0;
  for (let code = 0; code < tiles.length; code++) {
    if (held > 0 && held + tiles[code]! > atOnce) {
      ranges.push({ from, to: code });
      from = code;
      held = 0;
    }
    held += tiles[code]!;
  }
  ranges.push({ from, to: tiles.length });
  return ranges;
}

interface Work {
  readonly session: Session;
  readonly scans: readonly TileScan[];
  readonly families: readonly StateFamily[];
  readonly keyCount: number;
  /** The table of keys, quoted. */
  readonly keys: string;
  readonly withBase: boolean;
  readonly level: BlockLevel;
}

async function* mergedPieces(
  work: Work,
  ranges: readonly KeyRange[],
): AsyncGenerator<TilePiece, void, undefined> {
  const { session, scans, families, level } = work;
  const keys = work.withBase ? { table: work.keys, count: work.keyCount } : null;
  for (const { from, to } of ranges) {
    const wanted = `(SELECT * FROM ${work.keys} WHERE code >= ${from} AND code < ${to})`;
    const strings: Record<string, readonly string[]> = {};
    const codes: Record<string, StringCodes> = {};
    const made: Dictionary[] = [];
    try {
      for (const column of stringColumns(families)) {
        const parts = scans.flatMap((scan) => scanStringsSql(scan, column, wanted) ?? []);
        const dictionary = await createDictionary(session, parts.join(' UNION '));
        made.push(dictionary);
        strings[column] = dictionary.strings;
        codes[column] = dictionary.codes;
      }
      const parts: Tiles[] = [];
      for (const scan of scans) parts.push(await readTileScan(session, scan, wanted, codes));
      yield { tiles: mergeTiles(parts, level, families), keys, strings };
    } finally {
      for (const dictionary of made) await dictionary.drop();
    }
  }
}

function stringColumns(families: readonly StateFamily[]): string[] {
  const columns = families.flatMap((family) =>
    stateFields(family).map((field) => stringSource(family, field)),
  );
  return [...new Set(columns.filter((column) => column !== null))];
}

interface Dictionary {
  readonly codes: StringCodes;
  readonly strings: readonly string[];
  drop(): Promise<void>;
}

let dictionaries = 0;

/** @param sql gives strings `s`, each once */
async function createDictionary(session: Session, sql: string): Promise<Dictionary> {
  const name = `block_strings_${dictionaries++}`;
  const table = quoteIdent(name);
  await run(
    session,
    `CREATE TEMP TABLE ${table} AS SELECT row_number() OVER (ORDER BY s) - 1 AS code, s FROM (${sql})`,
  );
  const drop = async (): Promise<void> => {
    await run(session, `DROP TYPE IF EXISTS ${quoteIdent(`${name}_codes`)}`);
    await run(session, `DROP TABLE IF EXISTS ${table}`);
  };
  try {
    const codes = await createStringCodes(session, `${name}_codes`, name);
    const strings = await readStrings(session, `SELECT s FROM ${table} ORDER BY code`);
    return { codes, strings: strings.map((s) => s ?? ''), drop };
  } catch (error) {
    await drop();
    throw error;
  }
}
