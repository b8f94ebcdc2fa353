import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, join as joinPath } from 'node:path';
import { inspect } from 'node:util';
import { joinParts, outputColumns } from '@tessera/api';
import { buildTiles, type Explanation, explainValue, type TilePiece } from '@tessera/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fraudV2 } from '../../examples/fraud/features/fraud-v2.js';
import { mismatches } from '../oracle/compare.js';
import { random } from '../oracle/prng.js';
import type { OracleRow, OutputValue } from '../oracle/types.js';
import { fraudValue, type Payment } from './explain-fraud-sql.js';
import { asJson, recomputed } from './explain-pieces.js';
import { equal } from './explain-sql.js';
import { generated } from './generated.js';
import { newFolder, quoted, sql } from './workspace.js';

/**
 * Cells of `fraud_v2` that are made of tiles and events: each is what SQL makes of the source rows alone, and what its
 * pieces come to.
 */

const long = process.env.TESSERA_LONG === '1';
const CELLS = long ? 150 : 14;
const LEAST_TILED = long ? 60 : 8;
const SCALE = long ? 0.01 : 0.005;
const [START, END] = long ? ['2025-03-01', '2025-03-20'] : ['2025-01-12', '2025-01-14'];
/** Without TESSERA_LONG the parts whose tiles are few. */
const joined = long
  ? fraudV2
  : {
      ...fraudV2,
      derive: [],
      parts: fraudV2.parts.filter(({ groupBy }) =>
        ['merchant_activity', 'merchant_scores'].includes(groupBy.name),
      ),
    };

const folder = newFolder();
const lake = joinPath(folder, 'lake');
const out = joinPath(folder, 'out');
let payments: Payment[] = [];
/** Those of the user, and at the merchant, with most of them. */
let busiest: Payment[] = [];

beforeAll(async () => {
  await generated(SCALE, lake);
  const options = { lake, out, workers: long ? 2 : 1, start: START, end: END };
  await buildTiles(joined, { ...options, tiles: 'build' });
  payments = (await sql(
    `SELECT user_id, merchant_id, device_id, epoch_ms(ts)::DOUBLE AS ms FROM read_parquet(${quoted(`${lake}/transactions/*/*.parquet`)}, hive_partitioning = true) WHERE ds BETWEEN '${START}' AND '${END}' ORDER BY transaction_id`,
  )) as unknown as Payment[];
  busiest = payments.filter(
    ({ user_id, merchant_id }) =>
      user_id === most('user_id') || merchant_id === most('merchant_id'),
  );
}, 600_000);

/** The key of most payments. */
function most(key: 'user_id' | 'merchant_id'): string | null {
  const counts = new Map<string | null, number>();
  for (const row of payments) counts.set(row[key], (counts.get(row[key]) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]![0];
}

type Tiles = 'auto' | 'off';

function ask(row: Payment, column: string, tiles: Tiles, limit = 10_000): Promise<Explanation> {
  const { ms, ...keys } = row;
  const used = new Set(joinParts(joined).flatMap((part) => part.keys.map(({ left }) => left)));
  const own = Object.fromEntries(Object.entries(keys).filter(([key]) => used.has(key)));
  return explainValue(joined, { lake, out, keys: own, at: ms, column, tiles, limit });
}

const cellOf = ({ outcome }: Explanation): OutputValue => {
  if (outcome.kind === 'refused') throw new Error(outcome.message);
  return outcome.value as OutputValue;
};

const FEW = ['COUNT', 'AVERAGE', 'APPROX_UNIQUE_COUNT', 'SUM by'];
const ALL = [
  ...FEW,
  ...['SUM', 'MAX', 'STDDEV', 'FIRST', 'LAST', 'LAST_K', 'UNIQUE_COUNT', 'HISTOGRAM'],
  ...['TOP_K_FREQUENT', 'DIVERSITY', 'APPROX_PERCENTILE', 'RATE_OF_CHANGE', 'COUNT by'],
];

const seen = { cells: 0, tiled: 0, tiles: 0, events: 0, operations: new Set<string>() };

describe('a cell of tiles and events', () => {
  const r = random(11);
  // Derived columns are explained by what they read.
  const columns = outputColumns(joined)
    .filter(({ partIdx }) => partIdx >= 0)
    .map(({ name }) => name);
  const only = { ...joined, left: { ...joined.left, columns: [] } };

  test.each(Array.from({ length: CELLS }, (_, i) => i))('cell %d', async (i) => {
    // The long run asks for every column twice before it picks some.
    const column = (long && columns[i >> 1]) || r.pick(columns);
    const row = r.pick(i % 2 === 0 ? payments : busiest);
    const explanation = await ask(row, column, 'auto');
    const value = cellOf(explanation);
    const where = `${column} of ${inspect(row)}`;

    const bySql = await fraudValue(lake, column, row);
    const told = column.includes('seen_at') && value !== null ? Date.parse(String(value)) : value;
    const near = (a: number, b: number) => {
      if (column.includes('approx_unique')) return Math.abs(a - b) <= 3;
      return Math.abs(a - b) <= (/_p\d/.test(column) ? 0.01 : 1e-9) * Math.abs(a);
    };
    expect(
      equal(bySql, told, near),
      `${where}: SQL gives ${inspect(bySql)}, not ${inspect(told)}`,
    ).toBe(true);

    const document = asJson(explanation);
    const again = recomputed(
      joined,
      document,
      explanation.keys.some(({ value: key }) => key === null),
    );
    const rows: readonly OracleRow[] = [{ [column]: again }];
    expect(mismatches(only, rows, [{ [column]: value }]), `${where}, its pieces`).toEqual([]);

    const tiles = document.pieces.shown.filter(({ kind }) => kind === 'tile').length;
    expect(explanation.tiles?.pieces ?? 0, where).toBe(tiles);
    seen.cells++;
    seen.tiles += tiles;
    seen.events += document.pieces.count - tiles;
    if (tiles === 0) return;
    seen.tiled++;
    const { operation, by } = explanation.origin;
    seen.operations.add(by === null ? String(operation) : `${operation} by`);
  });

  test('enough of them are made of tiles', () => {
    expect(seen.tiled).toBeGreaterThanOrEqual(LEAST_TILED);
    expect([...seen.operations]).toEqual(expect.arrayContaining(long ? ALL : FEW));
  });
});

describe('what is used and what is not', () => {
  const column = 'merchant_activity_count_7d';
  const busy = (): Payment =>
    payments.find(({ merchant_id }) => merchant_id === most('merchant_id'))!;
  const firstTile = ({ pieces }: Explanation): TilePiece => {
    const found = pieces.shown.find((piece) => piece.kind === 'tile' && piece.level === '1d');
    if (found?.kind !== 'tile') throw new Error('no tile of a day');
    return found;
  };

  test('every event with `off`; a tile says how many rows it stands for, and its state what they come to', async () => {
    const row = busy();
    const tiled = await ask(row, column, 'auto');
    const plain = await ask(row, column, 'off');
    expect(plain.outcome).toEqual(tiled.outcome);
    expect(plain.tiles).toBeUndefined();
    expect(plain.pieces.shown.every(({ kind }) => kind === 'event')).toBe(true);
    expect(tiled.tiles?.checked).toEqual({
      files: plain.read.files.length,
      rowsOfKey: plain.read.rowsOfKey,
    });
    expect(tiled.pieces.shown.map(({ idx }) => idx)).toEqual(
      Array.from({ length: tiled.pieces.count }, (_, i) => i),
    );
    const { start, end, n, state, label, soFar } = firstTile(tiled);
    const inside = plain.pieces.shown.filter(
      (piece) => piece.kind === 'event' && piece.time! >= start && piece.time! < end,
    );
    const ofPartition = inside.filter(
      (piece) => piece.kind === 'event' && piece.file.includes(`ds=${label}`),
    );
    expect(n).toBe(ofPartition.length);
    expect(state).toEqual({ kind: 'count', n });
    const before = plain.pieces.shown.filter(
      (piece) => piece.kind === 'event' && piece.time! < start,
    );
    expect(soFar).toBe(before.length + n);
  });

  test('lists of a state are cut at the limit, and say how long they are', async () => {
    const name = 'merchant_activity_user_id_approx_unique_count_7d';
    const registers = ({ pieces }: Explanation) =>
      pieces.shown.flatMap((piece) =>
        piece.kind === 'tile' && piece.state.kind === 'hll' ? [piece.state.registers] : [],
      );
    const whole = registers(await ask(busy(), name, 'auto'));
    const longest = Math.max(...whole.map(({ count }) => count));
    expect(whole.every(({ count, shown }) => shown.length === count)).toBe(true);
    expect(longest).toBeGreaterThan(2);
    const cut = await ask(busy(), name, 'auto', longest - 1);
    expect(cut.pieces.omitted).toBe(Math.max(0, cut.pieces.count - (longest - 1)));
    for (const { count, shown } of registers(cut)) {
      expect(shown.length).toBe(Math.min(count, longest - 1));
    }
  });

  test('tiles of a partition that has changed are not used', async () => {
    const row = busy();
    const file = (await ask(row, column, 'off')).read.files.at(-2);
    const path = joinPath(lake, file!);
    await sql(
      `COPY (SELECT * FROM read_parquet(${quoted(path)}, hive_partitioning = false) LIMIT 1) TO ${quoted(`${path}.new`)} (FORMAT parquet)`,
    );
    renameSync(`${path}.new`, path);
    const { read, tiles } = await ask(row, column, 'auto');
    expect(read.files).toContain(file);
    expect(tiles?.levels.reduce((n, { places }) => n + places, 0)).toBeGreaterThan(0);
  });

  test('tiles that do not say what the events say are no answer', async () => {
    const row = busy();
    const { files, label } = firstTile(await ask(row, column, 'auto'));
    await addOne(joinPath(out, files[0]!), label);
    await expect(ask(row, column, 'auto')).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringMatching(
        /merchant_activity_count_7d is \d+ by tiles and \d+ by the events that they stand for/,
      ),
      hint: expect.stringContaining(joinPath(out, 'tiles')),
    });
    const plain = await ask(row, column, 'off');
    expect(plain.outcome.kind).toBe('value');
  });
});

/** A tile file with counts that are one too many, and a manifest that knows its size. */
async function addOne(file: string, label: string): Promise<void> {
  const columns = await sql(`DESCRIBE FROM read_parquet(${quoted(file)}, hive_partitioning=false)`);
  const names = columns.map(({ column_name: name, column_type: type }) =>
    String(name).endsWith('_n') && type === 'BIGINT' ? `"${name}" + 1 AS "${name}"` : `"${name}"`,
  );
  const before = statSync(file).size;
  await sql(
    `COPY (SELECT ${names.join(', ')} FROM read_parquet(${quoted(file)}, hive_partitioning=false)) TO ${quoted(`${file}.new`)} (FORMAT parquet)`,
  );
  renameSync(`${file}.new`, file);
  const manifest = joinPath(
    out,
    ...file
      .slice(out.length + 1)
      .split('/')
      .slice(0, 2),
    '_manifest.json',
  );
  const size = (bytes: number) => `["${basename(file)}",${bytes}]`;
  const lines = readFileSync(manifest, 'utf8')
    .split('\n')
    .map((line) =>
      line.includes(`"${label}": {`) ? line.replace(size(before), size(statSync(file).size)) : line,
    );
  writeFileSync(manifest, lines.join('\n'));
}

afterAll(() => {
  const { cells, tiled, tiles, events, operations } = seen;
  console.log(
    `fraud_v2: ${cells} cells, ${tiled} with tiles; ${tiles} tiles and ${events} events; ${[...operations].join(', ')}`,
  );
});
