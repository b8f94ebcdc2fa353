import { join as joinPath } from 'node:path';
import {
  type AggregationSpec,
  type Expression,
  type GroupBySpec,
  parseType,
  type SourceSpec,
} from '@tessera/api';
import { backfill } from '@tessera/engine';
import { beforeAll, expect, test } from 'vitest';
import { days } from '../files/shop.js';
import { hashes, isPublished, newFolder, parquet } from '../files/workspace.js';

/** What a tile means is in its name: another definition finds none that it could take for its own. */

const folder = newFolder();
const lake = joinPath(folder, 'lake');
const DAYS = days('2025-06-01', 3);

/** Events that come twice at one instant, with nothing else alike. */
const rowsOf = (ds: string): string => `SELECT 'e' || (i // 2) AS id, 'u' || (i // 2 % 3) AS "user",
    i::INTEGER AS up, (100 - i)::INTEGER AS down, i::INTEGER AS aaa, ((i % 5) / 10)::FLOAT AS w, i % 7 AS x,
    TIMESTAMP '${ds}' + to_minutes(i // 2) AS at FROM range(60) t(i)`;

beforeAll(async () => {
  for (const ds of DAYS)
    await parquet(joinPath(lake, 'events', `ds=${ds}`, 'a.parquet'), rowsOf(ds));
});

const COLUMNS = {
  id: 'string',
  user: 'string',
  up: 'int32',
  down: 'int32',
  w: 'float',
  x: 'int64',
};

interface Asked {
  readonly columns?: Readonly<Record<string, string>>;
  readonly source?: Partial<SourceSpec>;
  readonly keys?: readonly string[];
  readonly aggregation?: Partial<AggregationSpec>;
}

function groupByOf({
  columns = {},
  source = {},
  keys = ['user'],
  aggregation = {},
}: Asked): GroupBySpec {
  const types = { ...COLUMNS, ...columns, at: columns.at ?? 'timestamp' };
  return {
    kind: 'groupBy',
    name: 'asked',
    source: {
      kind: 'events',
      name: 'events',
      path: 'events',
      format: 'parquet',
      columns: Object.entries(types).map(([name, type]) => ({
        ...{ name, nullable: true },
        type: parseType(type),
      })),
      time: 'at',
      ...source,
    },
    keys,
    aggregations: [{ operation: 'SUM', input: 'x', windows: ['1d', null], ...aggregation }],
    accuracy: 'temporal',
    tail: 'sawtooth',
    empty: 'zero',
    online: false,
  };
}

const verbatim = (sql: string): Expression => ({ op: 'sql', sql });
const over = (column: string, literal: number): Expression => ({
  ...{ op: '>', left: { op: 'column', column }, right: { op: 'literal', literal } },
});

const long = process.env.TESSERA_LONG === '1';

const CASES: [string, Asked, Asked][] = [
  [
    'which of repeated events stays (S1.5)',
    { source: { eventId: 'id', tieBreaker: 'up' } },
    { source: { eventId: 'id', tieBreaker: 'down' } },
  ],
  [
    'a column by which repeated events are told apart',
    { source: { eventId: 'id' }, columns: { aaa: 'int32' } },
    { source: { eventId: 'id' } },
  ],
  ['an event id', {}, { source: { eventId: 'id' } }],
  [
    'a tie-breaker',
    { aggregation: { operation: 'LAST' } },
    { aggregation: { operation: 'LAST' }, source: { tieBreaker: 'down' } },
  ],
  [
    'the type of a column that a predicate reads',
    { aggregation: { where: verbatim('w = 0.3') } },
    { aggregation: { where: verbatim('w = 0.3') }, columns: { w: 'double' } },
  ],
  [
    'the type of an input',
    { aggregation: { operation: 'MAX', input: 'w' } },
    { aggregation: { operation: 'MAX', input: 'w' }, columns: { w: 'double' } },
  ],
  [
    'the type of a bucket',
    { aggregation: { by: 'w' } },
    { aggregation: { by: 'w' }, columns: { w: 'double' } },
  ],
  ['the type of a key', { keys: ['w'] }, { keys: ['w'], columns: { w: 'double' } }],
  ['a filter', {}, { source: { where: over('w', 0.3) } }],
  [
    'the type of a filtered column',
    { source: { where: verbatim('w <= 0.3') } },
    { source: { where: verbatim('w <= 0.3') }, columns: { w: 'double' } },
  ],
  ['the order of keys', { keys: ['user', 'id'] }, { keys: ['id', 'user'] }],
  [
    'k',
    { aggregation: { operation: 'TOP_K', k: 1 } },
    { aggregation: { operation: 'TOP_K', k: 4 } },
  ],
  [
    'what is greatest',
    { aggregation: { operation: 'TOP_K', k: 2 } },
    { aggregation: { operation: 'BOTTOM_K', k: 2 } },
  ],
];

test.each(CASES.filter((_, i) => long || i % 6 === 0))('%s', async (_, one, other) => {
  const out = newFolder();
  const made = new Set<string>();
  for (const asked of [one, other, one]) {
    const groupBy = groupByOf(asked);
    const options = { lake, workers: 1 };
    const tiled = await backfill(groupBy, { ...options, out, tiles: 'always' });
    const raw = await backfill(groupBy, { ...options, out: newFolder(), tiles: 'off' });
    expect(tiled.counters.tilesRead).toBeGreaterThan(0);
    const published = hashes(tiled.path ?? '', isPublished);
    expect(published).toEqual(hashes(raw.path ?? '', isPublished));
    made.add(JSON.stringify(published));
  }
  // The two are worth telling apart.
  expect(made.size).toBe(2);
});
