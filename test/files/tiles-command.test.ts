import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { count, events, groupBy } from '@tessera/api';
import { buildTiles, type RunOptions } from '@tessera/engine';
import { acquireLock } from '@tessera/lake';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeFiles } from './command.js';
import { tesseraHere } from './command-here.js';
import { filesBelow, hashes, isPublished, newFolder, parquet } from './workspace.js';

const project = newFolder();

writeFiles(project, {
  'tessera.config.ts': `
import { defineProject } from '@tessera/api';
export default defineProject({ lake: 'lake', out: 'out' });
`,
  'features/shop.ts': `
import { average, count, entities, events, groupBy, join, part } from '@tessera/api';
const orders = events({
  name: 'shop.orders', path: 'orders', time: 'at',
  columns: { id: 'int64!', customer: 'string', amount: 'double', at: 'timestamp' },
});
const flat = events({
  name: 'shop.flat', path: 'flat.parquet', time: 'at', columns: { customer: 'string', at: 'timestamp' },
});
const customers = entities({
  name: 'shop.customers', path: 'flat.parquet', keys: ['customer'], static: true,
  columns: { customer: 'string' },
});
const spend = groupBy({
  name: 'spend', source: orders, keys: ['customer'],
  aggregations: [count({ windows: ['7d'] }), average('amount', { windows: ['7d'] })],
});
const visits = groupBy({
  name: 'visits', source: flat, keys: ['customer'], aggregations: [count({ windows: ['7d'] })],
});
export const training = join({ name: 'training', left: orders, parts: [part(spend)] });
export const mixed = join({ name: 'mixed', left: orders, parts: [part(spend), part(visits)] });
export const dumps = join({ name: 'dumps', left: orders, parts: [part(customers)] });
export { spend };
`,
});

const DAYS = Array.from({ length: 10 }, (_, idx) => `2025-03-${String(idx + 1).padStart(2, '0')}`);
const LAST = DAYS.at(-1)!;

/** A row every four minutes, of three customers. */
async function writeDay(ds: string, plus = 0): Promise<void> {
  await parquet(
    join(project, 'lake/orders', `ds=${ds}`, 'a.parquet'),
    `SELECT i::BIGINT AS id, 'c' || (i * i) % 3 AS customer, (i % 100 + ${plus})::DOUBLE AS amount,
       TIMESTAMP '${ds}' + to_minutes(i * 4) AS at FROM range(360) t(i)`,
  );
}

beforeAll(async () => {
  for (const ds of DAYS) await writeDay(ds);
  await parquet(
    join(project, 'lake/flat.parquet'),
    "SELECT 'c0' AS customer, TIMESTAMP '2025-03-05' AS at",
  );
});

const tessera = (...argv: string[]) => tesseraHere(argv, project);
const store = join(project, 'out/tiles');
const sets = () => readdirSync(store).map((name) => join(store, name));
const steady = (text: string) =>
  text
    .replaceAll(project, '<project>')
    .replace(/[\d.]+ s$/gm, '# s')
    .replace(/(about|took|peak|estimate) [\d,.]+ \w+/g, '$1 #')
    .replace(/[\d.,]+ [kM]?B\b/g, '# B')
    .replace(/<?\d+ (min|h|d) old/g, '# old');

interface Document {
  readonly plan: {
    readonly kind: string;
    readonly parts: readonly { readonly route: string; readonly whyRows: string | null }[];
    readonly tiles: readonly { readonly toBuild: number; readonly partitions: number }[];
  };
  readonly counters: Readonly<Record<string, number>>;
}

async function asked(...argv: string[]): Promise<Document> {
  const { code, out, err } = await tessera(...argv, '--json', '--workers=1');
  expect(code, err).toBe(0);
  return JSON.parse(out) as Document;
}

const train = (...argv: string[]) =>
  asked('train-set', '--join=training', `--start=${LAST}`, '--no-summary', ...argv);

describe('tiles from the command line, in the order of a project', () => {
  test('gc where nothing was ever made', async () => {
    expect(await tessera('gc')).toEqual({
      code: 0,
      err: '',
      out: '✔ gc               nothing to remove: there is no out\n',
    });
    expect(existsSync(join(project, 'out'))).toBe(false);
  });

  test('a preview, a plan, and a training set build none', async () => {
    await asked('backfill', '--group-by=spend', '--limit=3');
    await asked('backfill', '--join=training', '--plan');
    const { plan, counters } = await train('--out=rows');
    expect(plan.parts[0]).toMatchObject({ route: 'raw', whyRows: 'tiles were never built' });
    expect(counters).toMatchObject({ tilesRead: 0, tilePartitionsBuilt: 0 });
    expect(filesBelow(project).filter((name) => name.includes('/tiles/'))).toEqual([]);
  });

  test('backfill --join builds them and publishes nothing', async () => {
    const { code, out } = await tessera('backfill', '--join=training', '--workers=1');
    expect(code).toBe(0);
    expect(steady(out)).toMatchInlineSnapshot(`
      "✔ plan             1 tile set · build 10 of 10 days · reads # B of # B
                         tiles  shop.orders by customer: build 10 of 10 days (never built)
                         estimate  3,600 rows · # B · about # · peak #
      ✔ built            out/tiles  10 days of tiles   # s
                         read 3,600 rows of 10 files (# B)
                         took # (estimate #) · peak # (estimate #)
      "
    `);
    expect(readdirSync(join(project, 'out')).sort()).toEqual(['_facts', 'tiles']);
  });

  test('once more there is nothing to do', async () => {
    const { code, out } = await tessera('backfill', '--join=training', '--workers=1');
    expect({ code, out: steady(out) }).toEqual({
      code: 0,
      out: '✔ plan             nothing to do: tiles of training are up to date   # s\n',
    });
    const { plan, counters } = await asked('backfill', '--join=training');
    expect(plan).toMatchObject({ kind: 'tiles', tiles: [{ partitions: 10, toBuild: 0 }] });
    expect(counters).toMatchObject({ tasks: 0, rowsScanned: 0, tilePartitionsBuilt: 0 });
  });

  test('a training set reads them, to the same bytes', async () => {
    const { plan, counters } = await train('--out=out');
    expect(plan.parts[0]).toMatchObject({ route: 'tiles', whyRows: null });
    expect(counters.tilesRead).toBeGreaterThan(0);
    expect(counters.tileBytesRead).toBeGreaterThan(0);
    // The day itself, in which windows end.
    expect(counters.rowsScanned).toBe(360);
    const dataset = (out: string) => hashes(join(project, out, 'train-sets/training'), isPublished);
    expect(dataset('out')).toEqual(dataset('rows'));
  });

  test('a plan says so, and that they are off', async () => {
    const days = ['train-set', '--join=training', `--start=${DAYS[8]}`, '--plan', '--workers=1'];
    expect(steady((await tessera(...days)).out)).toMatchInlineSnapshot(`
      "✔ plan             1 of 2 days · 1 part · 1 bucket · reads # B of # B
                         spend  2 columns  events of  shop.orders  1 of 10 files  360 rows  + tiles
                         tiles  shop.orders by customer: read 6 × 1d, 1 × 1h (60 tiles, # B)
                         build 1 of 2 days  (never built)
                         estimate  360 rows · # B · about # · peak #
                         2 feature columns; nothing was written
      "
    `);
    const off = await tessera(...days, '--tiles=off');
    expect(off.out).toContain('rows alone are read: tiles are off\n');
  });

  test('what can have none says why', async () => {
    const { out } = await tessera('backfill', '--join=mixed', '--plan', '--out=other');
    expect(out).toContain('rows   visits: its files lie in no ds= folders\n');
    const none = await tessera('backfill', '--join=dumps');
    expect(none.out).toContain('nothing to do: no part of dumps can have tiles');
  });

  test('status tells what is fresh, stale, missing and gone', async () => {
    const status = async () => steady((await tessera('status')).out);
    // Daily values also ask whether a key has anything at all, which is a state of its own.
    const lacking = (await tessera('status')).out;
    expect(lacking).toContain('tiles, for mixed, training, spend; not yet all for spend\n');
    expect(lacking).toContain('10 partitions: 10 up to date · 2 states');
    await asked('backfill', '--group-by=spend');
    expect(await status()).toMatchInlineSnapshot(`
      "training  training set, by tessera 0.1.0
        ░░░░░░░░░█
        2025-03-01 … 2025-03-10
        10 partitions: 1 up to date, 9 missing · 360 rows, # B
        2025-03-01 and 8 more  never built

      spend  groupBy, by tessera 0.1.0
        ██████████
        2025-03-01 … 2025-03-10
        10 partitions: 10 up to date · 20 rows, # B

      shop.orders by customer  tiles, for mixed, training, spend
        ██████████
        2025-03-01 … 2025-03-10
        10 partitions: 10 up to date · 3 states, # B
        5m 3,360 tiles, # B · 1h 480 tiles, # B · 1d 20 tiles, # B

      █ up to date   ░ missing

      never published
        dumps  training set  10 days  2025-03-01 … 2025-03-10
        mixed  training set  10 days  2025-03-01 … 2025-03-10
      "
    `);
    await writeDay(DAYS[4]!, 1);
    await writeDay('2025-03-11');
    const changed = await status();
    expect(changed).toContain('11 partitions: 9 up to date, 1 stale, 1 missing · 3 states, # B');
    expect(changed).toContain('2025-03-05  input changed: orders/ds=2025-03-05/a.parquet\n');
    expect(changed).toContain('2025-03-11  never built\n');
    const json = JSON.parse((await tessera('status', '--json')).out) as {
      tiles: { source: string; usedBy: string[]; partitions: { state: string }[] }[];
    };
    expect(json.tiles[0]).toMatchObject({
      source: 'shop.orders',
      usedBy: ['mixed', 'training', 'spend'],
    });
    expect(json.tiles[0]!.partitions.map(({ state }) => state)[4]).toBe('stale');
  });

  test('only what changed is built again', async () => {
    const { plan, counters } = await asked('backfill', '--join=training');
    expect(plan.tiles).toMatchObject([{ partitions: 11, toBuild: 2 }]);
    expect(counters).toMatchObject({ tilePartitionsBuilt: 2, rowsScanned: 720 });
  });

  test('gc lists what is old enough, and removes it with --force', async () => {
    const before = filesBelow(store);
    const young = await tessera('gc');
    expect(steady(young.out)).toBe(
      '✔ gc               nothing to remove from out\n  kept             # B younger than 1d\n',
    );
    const dry = await tessera('gc', '--older-than=0');
    expect(steady(dry.out)).toMatchInlineSnapshot(`
      "✔ would remove     # B from out   --force removes it
                         shop.orders by customer  3 replaced tile folders and files  # B  # old
      "
    `);
    expect(filesBelow(store)).toEqual(before);
    const json = JSON.parse((await tessera('gc', '--older-than=0', '--force', '--json')).out) as {
      removed: boolean;
      items: { path: string; state: string; bytes: number }[];
    };
    expect(json.removed).toBe(true);
    expect(json.items.length).toBeGreaterThan(2);
    expect(json.items.filter(({ path, state }) => state !== 'removed' || existsSync(path))).toEqual(
      [],
    );
    expect(filesBelow(store).length).toBeLessThan(before.length);
    const { counters } = await asked('backfill', '--join=training');
    expect(counters.tilePartitionsBuilt).toBe(0);
  });

  test('gc leaves alone what a living process holds', async () => {
    const [set] = sets();
    const staged = join(set!, '_staging/killed/left.parquet');
    mkdirSync(join(staged, '..'), { recursive: true });
    writeFileSync(staged, 'half');
    mkdirSync(join(set!, '1d/ds=2025-03-01', 'e'.repeat(32)));
    const lock = await acquireLock(set!, 'somebody');
    try {
      const { code, out } = await tessera('gc', '--older-than=0', '--force');
      expect({ code, out: steady(out) }).toEqual({
        code: 0,
        out: '✔ gc               nothing to remove from out\n  kept             # B of tile sets that a run is writing\n',
      });
      const building = await tessera('backfill', '--join=training', `--start=${DAYS[9]}`);
      expect(building.out).toContain('are up to date');
    } finally {
      await lock.release();
    }
    const { out } = await tessera('gc', '--older-than=0', '--force');
    expect(out).toContain('1 folder of a run that did not end');
    expect(existsSync(staged)).toBe(false);
  });

  test('gc knows what no definition reads', async () => {
    const other = join(store, 'd'.repeat(32));
    mkdirSync(join(other, '1d'), { recursive: true });
    const [set] = sets();
    copyFileSync(join(set!, '_manifest.json'), join(other, '_manifest.json'));
    const facts = join(project, 'out/_facts', `${'f'.repeat(32)}.json`);
    writeFileSync(facts, '{}');
    const old = new Date(Date.now() - 5 * 86_400_000);
    utimesSync(facts, old, old);
    utimesSync(join(other, '_manifest.json'), old, old);
    const { out } = await tessera('gc');
    expect(steady(out)).toBe(
      [
        '✔ would remove     # B from out   --force removes it',
        '                   sources that are not read  1 memory of files  # B  # old',
        '! not used         by any definition of this project: 1 tile set, # B; remove with --unused',
        `                   ${'d'.repeat(32)}  1 tile set  # B  # old`,
        '',
      ].join('\n'),
    );
    await tessera('gc', '--force');
    expect([existsSync(facts), existsSync(other)]).toEqual([false, true]);
    await tessera('gc', '--force', '--unused');
    expect(existsSync(other)).toBe(false);
    expect(sets()).toEqual([set]);
  });
});

describe('a damaged manifest of tiles', () => {
  const manifest = () => join(sets()[0]!, '_manifest.json');
  let text = '';
  beforeAll(() => {
    text = readFileSync(manifest(), 'utf8');
    writeFileSync(manifest(), text.slice(0, 200));
  });

  test('counts as none, with a warning', async () => {
    const argv = ['train-set', '--join=training', '--start=2025-03-11', '--no-summary'];
    const { code, out, err } = await tessera(...argv, '--workers=1');
    expect(code, err).toBe(0);
    expect(out).toContain('rows alone are read: tiles were never built\n');
    expect(out).toMatch(/^! tiles {12}.*_manifest\.json could not be read: /m);
    expect(out).toContain(
      'It counts as having no tiles until they are built again, which replaces it.',
    );
    const document = await asked('train-set', '--join=training', '--plan', '--tiles=build');
    expect(document.plan).toMatchObject({
      warnings: [{ code: 'FILE_UNREADABLE', message: expect.stringContaining('_manifest.json') }],
    });
  });

  test('status and gc tell of it, and gc touches nothing', async () => {
    const { code, out } = await tessera('status');
    expect(code).toBe(0);
    expect(out).toMatch(
      /shop\.orders by customer {2}tiles.*\n {2}FILE_UNREADABLE .*_manifest\.json/,
    );
    const before = filesBelow(store);
    const gc = await tessera('gc', '--older-than=0', '--force', '--unused');
    expect(gc.code).toBe(0);
    expect(gc.out).toMatch(/^! damaged {10}.*: left alone until its tiles are built again$/m);
    expect(filesBelow(store)).toEqual(before);
  });

  test('building its tiles again replaces it', async () => {
    const { plan, counters } = await asked('backfill', '--join=training');
    expect(plan).toMatchObject({ warnings: [{ code: 'FILE_UNREADABLE' }] });
    expect(counters.tilePartitionsBuilt).toBe(11);
    expect(Object.keys(JSON.parse(readFileSync(manifest(), 'utf8')) as object)).toEqual(
      Object.keys(JSON.parse(text) as object),
    );
    const { counters: again } = await train('--replace');
    expect(again.tilesRead).toBeGreaterThan(0);
  });
});

describe('buildTiles as a library', () => {
  const orders = events({
    name: 'o',
    path: 'orders',
    time: 'at',
    columns: { customer: 'string', at: 'timestamp' },
  });
  const spend = groupBy({ name: 'g', source: orders, keys: ['customer'], aggregations: [count()] });

  test('refuses what has to do with a result, all together', async () => {
    const options: RunOptions = { tiles: 'auto', limit: 3, format: 'csv', replace: true };
    await expect(buildTiles(spend, options)).rejects.toMatchObject({
      problems: [
        { params: { option: 'tiles' } },
        { params: { option: 'limit' } },
        { params: { option: 'format' } },
        { params: { option: 'replace' } },
      ],
    });
  });

  test('an option that is undefined was not given', async () => {
    const options = { lake: join(project, 'lake'), out: newFolder(), workers: 1 };
    const result = await buildTiles(spend, { ...options, tiles: undefined, end: DAYS[1]! });
    expect(result.counters.tilePartitionsBuilt).toBe(2);
    expect(result.path).toBeNull();
    for await (const batch of result.batches()) throw new Error(`a batch of ${batch.ds}`);
  });
});
