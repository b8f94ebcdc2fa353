import { cpSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import type { GroupBySpec, JoinSpec } from '@tessera/api';
import {
  type Artefact,
  artefactsOf,
  diffProjects,
  type ObjectChange,
  parse,
} from '@tessera/compiler';
import { backfill, buildTiles, type RunResult, tilesOfPlan, trainSet } from '@tessera/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { newFolder, parquet } from '../files/workspace.js';
import { BASE, CHANGES, type Shop, shopOf } from './shop-changes.js';

/** What a diff foretells is what runs then do, by their counters. */

/** Every tenth is run by default, all of them in the long tier. */
const RUN = CHANGES.filter((_, idx) => process.env.TESSERA_LONG === '1' || idx % 10 === 3);

const DAYS = 5;
const day = (idx: number) => `2025-03-0${idx + 1}`;
const untouched = newFolder();
const lake = joinPath(untouched, 'lake');

const PAYMENTS = (at: string) =>
  `SELECT 'p' || i AS id, 'u' || (i % 3) AS "user", 's' || (i % 2) AS shop, (i + 0.5)::DOUBLE AS amount, i::INTEGER AS cents, CASE WHEN i % 2 = 0 THEN 'x' ELSE 'y' END AS kind, 'n' AS note, TIMESTAMP '${at}' + i * INTERVAL 1 HOUR AS at FROM range(12) t(i)`;
const VISITS = (at: string) =>
  `SELECT 'v' || i AS id, 'u' || (i % 3) AS "user", 's' || (i % 2) AS shop, 2.5::DOUBLE AS price, 'p' AS page, TIMESTAMP '${at}' + i * INTERVAL 5 HOUR AS at FROM range(4) t(i)`;
const SHOPS = "SELECT 's' || i AS shop, (i / 2)::FLOAT AS rating FROM range(2) t(i)";

type Definition = GroupBySpec | JoinSpec;
const definitionsOf = ({ groupBys, joins }: Shop): Definition[] => [...groupBys, ...joins];
const idOf = ({ kind, name }: Definition) => `${kind} ${name}`;

const artefacts = (shop: Shop): ReadonlyMap<string, Artefact> => {
  const exports = Object.fromEntries(definitionsOf(shop).map((one) => [one.name, one]));
  return artefactsOf(
    parse({ files: [{ file: 'features.ts', exports }], problems: [], folder: '.' }),
    tilesOfPlan,
  );
};

const publish = (definition: Definition, out: string): Promise<RunResult> => {
  const options = { lake, out, workers: 1, replace: true, tiles: 'off' as const };
  return definition.kind === 'join' ? trainSet(definition, options) : backfill(definition, options);
};

const base = shopOf(BASE);
let before: ReadonlyMap<string, Artefact>;

beforeAll(async () => {
  for (let idx = 0; idx < DAYS; idx++) {
    for (const table of ['payments', 'moved'])
      await parquet(joinPath(lake, `${table}/ds=${day(idx)}/a.parquet`), PAYMENTS(day(idx)));
    await parquet(joinPath(lake, `visits/ds=${day(idx)}/a.parquet`), VISITS(day(idx)));
    await parquet(joinPath(lake, `shops/ds=${day(idx)}/a.parquet`), SHOPS);
  }
  await parquet(joinPath(lake, 'shops/ds=2025-02-28/a.parquet'), SHOPS);
  before = artefacts(base);
  const out = joinPath(untouched, 'out');
  for (const definition of definitionsOf(base)) {
    await publish(definition, out);
    await buildTiles(definition, { lake, out, workers: 1 });
  }
});

const changesBy = (changes: readonly ObjectChange[]) =>
  new Map(changes.map((change) => [change.id, change]));

test.each(CHANGES)('$name is of its class', ({ to, class: expected, rebuilt }) => {
  const diff = diffProjects(before, artefacts(shopOf({ ...BASE, ...to })));
  expect(diff.class).toBe(expected);
  expect([...diff.rebuilt].sort()).toEqual([...rebuilt].sort());
});

/** Partitions of tiles that runs built, in all. */
let tilePartitions = 0;

describe('runs do what the diff says', () => {
  test.each(RUN)('$name', async ({ to }) => {
    const after = shopOf({ ...BASE, ...to });
    const diff = diffProjects(before, artefacts(after));
    const folder = newFolder();
    cpSync(untouched, folder, { recursive: true, preserveTimestamps: true });
    const out = joinPath(folder, 'out');
    const changes = changesBy(diff.changes);
    /** States that tiles have by now, by set. */
    const there = new Map<string, Set<string>>();
    for (const { tiles = [] } of before.values())
      for (const { set, states } of tiles)
        there.set(set, new Set([...(there.get(set) ?? []), ...states]));
    for (const definition of definitionsOf(after)) {
      const id = idOf(definition);
      const isAll = diff.rebuilt.includes(id) || !before.has(id);
      const tiled = await buildTiles(definition, { lake, out, workers: 1 });
      const lacking = (artefacts(after).get(id)?.tiles ?? []).filter(({ set, states }) => {
        const had = there.get(set);
        there.set(set, new Set([...(had ?? []), ...states]));
        return had === undefined || states.some((state) => !had.has(state));
      });
      tilePartitions += tiled.counters.tilePartitionsBuilt;
      expect([id, tiled.counters.tilePartitionsBuilt]).toEqual([id, lacking.length * DAYS]);
      const { partitionsWritten } = await publish(definition, out);
      expect([id, partitionsWritten.length]).toEqual([id, isAll ? DAYS : 0]);
      // What lacks tiles says so, unless one that is told before it has brought them.
      const told = changes.get(id)?.rebuild;
      for (const { set, states } of lacking) {
        const own = told?.newSets.includes(set) === true || told?.newStates[set] !== undefined;
        expect([id, set, states.length > 0 && own]).toEqual([id, set, true]);
      }
    }
  });
});

test('forty changes and more, some of which need tiles', () => {
  expect(CHANGES.length).toBeGreaterThanOrEqual(40);
  expect(tilePartitions).toBeGreaterThan(0);
});
