import { join } from 'node:path';
import { quoteIdent, readStrings, run, type Session } from '@tessera/lake';
import type { TileLevel } from '@tessera/planner';
import {
  createStringCodes,
  LEVELS,
  levelMs,
  placesOf,
  readTileScan,
  type StateFamily,
  type StringCodes,
  scanStringsSql,
  type TileScan,
} from '@tessera/tiling';
import { ASKED } from './asked-table.js';
import type { AskedTiles } from './asked-tiles.js';
import type { Request } from './request.js';
import { type BucketRow, type Strings, stateRows } from './tile-state.js';

/** One tile of the key. */
export interface LoadedTile {
  readonly level: TileLevel;
  readonly label: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Rows of the source in it. */
  readonly n: number;
  /** Of the column's families, in their order. */
  readonly states: readonly (readonly BucketRow[])[];
  /** Absolute. */
  readonly files: readonly string[];
}

const KEY = 'asked_key';

/** Tiles of the key that a plan reads, by start: out of the files that a training set would read them from. */
export async function loadTiles(
  session: Session,
  request: Request,
  { set, scan: { startMs, endMs }, tiles, families }: AskedTiles,
): Promise<readonly LoadedTile[]> {
  const keys = request.keys.map(({ spec }, idx) => `${quoteIdent(spec.name)} AS k${idx}`);
  await run(
    session,
    `CREATE TEMP TABLE ${KEY} AS SELECT 0 AS code, ${keys.join(', ')} FROM ${ASKED}`,
  );
  const scanOf = (level: TileLevel, labels: readonly string[]): TileScan => ({
    level,
    places: placesOf(set, level, labels, families),
    families,
    keyCount: keys.length,
    startMs,
    endMs,
  });
  const scans = LEVELS.flatMap((level) => {
    const labels = tiles.reads.filter((read) => read.level === level).map(({ label }) => label);
    return labels.length === 0 ? [] : [scanOf(level, labels)];
  });
  const { codes, strings } = await dictionaries(session, families, scans);
  const loaded: LoadedTile[] = [];
  for (const { level, label } of tiles.reads) {
    const scan = scanOf(level, [label]);
    const found = await readTileScan(session, scan, KEY, codes);
    const files = scan.places.flatMap(({ folders, files: names, fileOf }) =>
      [...new Set(fileOf)].map((at) => join(folders[0]!, names[at]!)),
    );
    for (let row = 0; row < found.rows; row++) {
      const start = found.startMs[row]!;
      loaded.push({
        ...{ level, label, files },
        startMs: start,
        endMs: start + levelMs(level),
        n: found.n[row]!,
        states: found.states.map((state) => stateRows(state, row, strings)),
      });
    }
  }
  return loaded.sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
}

/** Strings that the key's states hold, by source column. */
async function dictionaries(
  session: Session,
  families: readonly StateFamily[],
  scans: readonly TileScan[],
): Promise<{ readonly codes: Record<string, StringCodes>; readonly strings: Strings }> {
  const codes: Record<string, StringCodes> = {};
  const strings: Record<string, readonly string[]> = {};
  const columns = new Set(
    families.flatMap(({ input, by, tie }) => [input, by, tie].flatMap((one) => one?.column ?? [])),
  );
  for (const column of columns) {
    const parts = scans.flatMap((scan) => scanStringsSql(scan, column, KEY) ?? []);
    if (parts.length === 0) continue;
    const name = `tile_strings_${Object.keys(codes).length}`;
    // As strings are compared (S5.5), so are codes.
    await run(
      session,
      `CREATE TEMP TABLE ${name} AS SELECT row_number() OVER (ORDER BY s) - 1 AS code, s FROM (SELECT DISTINCT s FROM (${parts.join(' UNION ALL ')}))`,
    );
    codes[column] = await createStringCodes(session, `${name}_codes`, name);
    const found = await readStrings(session, `SELECT s FROM ${name} ORDER BY code`);
    strings[column] = found.map((s) => s ?? '');
  }
  return { codes, strings };
}
