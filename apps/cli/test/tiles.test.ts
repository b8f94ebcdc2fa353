import type {
  Garbage,
  GarbageItem,
  PlanSummary,
  TileSetStatus,
  TilesSummary,
} from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { readDuration } from '../src/options.js';
import { gcLines } from '../src/output/gc-lines.js';
import { planLines } from '../src/output/plan-lines.js';
import { statusLines } from '../src/output/status-lines.js';
import { asciiOnly } from '../src/output/style.js';
import { fakeEngine, PLAN, RESULT } from './fake-engine.js';
import { runIn, SMALL_PROJECT, writeFiles } from './harness.js';

const folder = writeFiles(SMALL_PROJECT);
const style = { color: false, unicode: true, columns: 100 };

const PAYMENTS: TilesSummary = {
  set: 'a'.repeat(32),
  source: 'payments',
  keys: ['user_id'],
  parts: ['user_spend'],
  partitions: 180,
  reads: [
    { level: '5m', places: 1, tiles: 400, bytes: 9000, toBuild: 0 },
    { level: '1d', places: 10, tiles: 12_000, bytes: 400_000, toBuild: 0 },
    { level: '64d', places: 1, tiles: 4403, bytes: 191_000, toBuild: 0 },
  ],
  toBuild: 0,
  reasons: [],
  blocksToBuild: 0,
};
const NEVER = [{ reason: 'never built', partitions: 90 }];
const TILED: PlanSummary = {
  ...PLAN,
  estimate: null,
  parts: [
    { ...PLAN.parts[0]!, route: 'tiles', readFiles: 30, rows: 600_000, whyRows: null },
    { ...PLAN.parts[0]!, name: 'device', whyRows: 'windows begin or end on these days' },
    PLAN.parts[1]!,
  ],
};
const shown = (plan: Partial<PlanSummary>) =>
  planLines({ ...TILED, ...plan }, style)
    .map((line) => line.slice(19))
    .slice(1, -1);

describe('what a plan says of tiles', () => {
  test('parts say how they are read, and why not as tiles', () => {
    expect(shown({})).toEqual([
      'user_spend  12 columns  events of    payments.transactions   30 of 90 files    600,000 rows  + tiles',
      'device      12 columns  events of    payments.transactions   90 of 90 files  2,000,000 rows           (windows begin or end on these days)',
      'merchants    4 columns  snapshot of  merchants.profiles     90 of 110 files    450,000 rows           (one day earlier)',
    ]);
  });

  test('what is the same for all parts is said once', () => {
    const rows = [PLAN.parts[0]!, { ...PLAN.parts[0]!, note: 'one scan with user_spend' }];
    expect(shown({ parts: rows }).slice(1)).toEqual([
      expect.stringMatching(/rows {2}\(one scan with user_spend\)$/),
      'rows alone are read: tiles were never built',
    ]);
  });

  const tiles = (...sets: Partial<TilesSummary>[]) =>
    shown({ tiles: sets.map((set) => ({ ...PAYMENTS, ...set })) }).slice(3);

  test('a line per set, coarse to fine', () => {
    expect(
      tiles({}, { keys: ['user_id', 'shop'], reads: [], toBuild: 90, reasons: NEVER }),
    ).toEqual([
      'tiles  payments by user_id: read 1 × 64d, 10 × 1d, 1 × 5m (16,803 tiles, 600 kB)',
      'tiles  payments by user_id, shop: build 90 of 180 days (never built)',
    ]);
  });

  test('what does not fit in the width goes below', () => {
    expect(tiles({ toBuild: 90, reasons: NEVER, blocksToBuild: 11 })).toEqual([
      'tiles  payments by user_id:',
      '         read 1 × 64d, 10 × 1d, 1 × 5m (16,803 tiles, 600 kB)',
      '         build 90 of 180 days (never built) and 11 blocks',
    ]);
  });

  test('of tiles that are yet to be built the number is not known', () => {
    const [first, , last] = PAYMENTS.reads;
    const unbuilt = { ...first!, tiles: 0, bytes: 0, toBuild: 1 };
    expect(tiles({ reads: [unbuilt] }, { reads: [unbuilt, last!] })).toEqual([
      'tiles  payments by user_id: read 1 × 5m',
      'tiles  payments by user_id: read 1 × 64d, 1 × 5m (so far 4,403 tiles, 191 kB)',
    ]);
  });

  test('several reasons are counted', () => {
    const reasons = ['never built', `input changed: ${'x'.repeat(80)}`, '1 new aggregations'].map(
      (reason, idx) => ({ reason, partitions: 3 - idx }),
    );
    expect(tiles({ reads: [], toBuild: 6, reasons, blocksToBuild: 1 })).toEqual([
      'tiles  payments by user_id:',
      `         build 6 of 180 days (3 never built, 2 input changed: ${'x'.repeat(44)}…, 1 more reason) and 1 block`,
    ]);
  });

  test('warnings, with what to do', () => {
    const warning = {
      code: 'FILE_UNREADABLE',
      message: 'm.json could not be read: x',
      hint: 'Do.',
    };
    expect(planLines({ ...TILED, warnings: [warning] }, style).slice(-2)).toEqual([
      '! tiles            m.json could not be read: x',
      '                   Do.',
    ]);
  });

  test('in ASCII', () => {
    expect(asciiOnly('1 × 64d')).toBe('1 x 64d');
  });
});

describe('after a run', () => {
  test('what was read and built, below the outcome', async () => {
    const counters = {
      ...RESULT.counters,
      ...{ tilesRead: 16_803, tilePlacesRead: 12, tileBytesRead: 600_000 },
      ...{ tilePartitionsBuilt: 1, tileBlocksBuilt: 11 },
    };
    const { out } = await runIn({
      cwd: folder,
      argv: ['train-set', '--no-summary'],
      engine: fakeEngine(() => ({ counters })),
    });
    expect(out.split('\n').slice(-3, -1)).toEqual([
      '                   built tiles of 1 day and 11 blocks · read 2,450,000 rows of 180 files (61 MB) and 16,803 tiles (600 kB) · wrote 123 MB',
      '                   took 6.8 s (estimate 12 s) · peak 612 MB (estimate 912 MB)',
    ]);
  });
});

describe('--tiles', () => {
  test.each(['off', 'auto', 'build', 'always'])('%s reaches the engine', async (tiles) => {
    const engine = fakeEngine();
    await runIn({ cwd: folder, argv: ['train-set', `--tiles=${tiles}`], engine });
    await runIn({ cwd: folder, argv: ['backfill', '--tiles', tiles], engine });
    expect(engine.calls.map(({ options }) => options.tiles)).toEqual([tiles, tiles]);
  });

  test('is left to the engine where it is not given', async () => {
    const engine = fakeEngine();
    await runIn({ cwd: folder, argv: ['train-set'], engine });
    expect('tiles' in engine.calls[0]!.options).toBe(false);
  });

  test('another word is told with all other mistakes', async () => {
    const argv = ['train-set', '--tiles=maybe', '--workers=0', '--start=x'];
    const { code, err } = await runIn({ cwd: folder, argv });
    expect(code).toBe(1);
    expect(err).toContain('`--tiles` is not one of off, auto, build, always: `maybe`.');
    expect(err).toContain('`--workers`');
    expect(err).toContain('`--start`');
  });

  test.each([['--limit=5'], ['--dry-run']])('builds nothing for a preview: %s', async (option) => {
    const { code, err } = await runIn({
      cwd: folder,
      argv: ['train-set', '--tiles=build', option],
    });
    expect(code).toBe(1);
    expect(err).toContain('`--tiles` build keeps tiles, and a preview keeps nothing.');
  });
});

describe('backfill --join', () => {
  const plan: PlanSummary = {
    ...TILED,
    kind: 'tiles',
    partitions: 180,
    upToDate: 90,
    toBuild: 90,
    reasons: NEVER,
    parts: [{ ...PLAN.parts[0]!, name: 'flat', whyRows: 'its files lie in no ds= folders' }],
    tiles: [{ ...PAYMENTS, reads: [], toBuild: 90, reasons: NEVER, blocksToBuild: 11 }],
  };
  const built = {
    plan,
    path: null,
    summary: null,
    bytesWritten: 0,
    counters: { ...RESULT.counters, tilePartitionsBuilt: 90, tileBlocksBuilt: 11 },
  };
  const ask = (argv: string[], change: object = {}) => {
    const engine = fakeEngine(() => ({ ...built, ...change }));
    return runIn({ cwd: folder, argv: ['backfill', '--join', 'fraud_v2', ...argv], engine });
  };

  test('says what will be and what was built', async () => {
    const { code, out } = await ask([]);
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "✔ plan             1 tile set · build 90 of 180 days and 11 blocks · reads 61 MB of 410 MB
                         tiles  payments by user_id: build 90 of 180 days (never built) and 11 blocks
                         rows   flat: its files lie in no ds= folders
      ✔ built            out/tiles  90 days and 11 blocks of tiles   6.8 s
                         read 2,450,000 rows of 180 files (61 MB)
                         took 6.8 s · peak 612 MB
      "
    `);
  });

  test('--plan', async () => {
    expect((await ask(['--plan'])).out).toMatchInlineSnapshot(`
      "✔ plan             1 tile set · build 90 of 180 days and 11 blocks · reads 61 MB of 410 MB
                         tiles  payments by user_id: build 90 of 180 days (never built) and 11 blocks
                         rows   flat: its files lie in no ds= folders
                         nothing was written
      "
    `);
  });

  test('with nothing to build', async () => {
    const idle = { ...plan, toBuild: 0, tiles: [{ ...PAYMENTS, reads: [] }] };
    const { out } = await ask([], { plan: idle, elapsedMs: 210 });
    expect(out).toBe(
      '✔ plan             nothing to do: tiles of fraud_v2 are up to date   0.2 s\n',
    );
    const none = await ask([], { plan: { ...idle, tiles: [] }, elapsedMs: 210 });
    expect(none.out).toContain('nothing to do: no part of fraud_v2 can have tiles');
  });

  test('blocks alone are something to do', async () => {
    const blocks = { ...PAYMENTS, reads: [], blocksToBuild: 2 };
    const counters = {
      ...built.counters,
      tilePartitionsBuilt: 0,
      tileBlocksBuilt: 2,
      ...{ rowsScanned: 0, filesRead: 0, bytesRead: 0 },
    };
    const change = { plan: { ...plan, toBuild: 0, tiles: [blocks] }, counters };
    const { out } = await ask([], change);
    expect(out).toContain('✔ plan             1 tile set · build 0 of 180 days and 2 blocks · ');
    expect(out).toContain('✔ built            out/tiles  2 blocks of tiles   6.8 s\n');
  });

  test('json is one document', async () => {
    const { out } = await ask(['--json']);
    expect(JSON.parse(out)).toMatchObject({
      command: 'backfill',
      name: 'fraud_v2',
      plan: { kind: 'tiles', tiles: [{ toBuild: 90 }] },
      counters: { tilePartitionsBuilt: 90 },
    });
  });

  test('an unknown join', async () => {
    const { code, err } = await runIn({ cwd: folder, argv: ['backfill', '--join=fraud_v3'] });
    expect(code).toBe(1);
    expect(err).toContain(
      'error UNKNOWN_JOIN\n  there is no join `fraud_v3`. Did you mean `fraud_v2`?',
    );
  });

  test('what has to do with results is refused, all together', async () => {
    const { code, err } = await ask([
      ...['--group-by=user_spend', '--limit=3', '--replace', '--format=csv', '--tiles=off'],
    ]);
    expect(code).toBe(1);
    for (const option of ['--group-by', '--limit', '--replace', '--format', '--tiles'])
      expect(err).toContain(`\`${option}\``);
  });
});

describe('what status says of tiles', () => {
  const set: TileSetStatus = {
    ...{ set: 'a'.repeat(32), path: '/out/tiles/a', source: 'payments', keys: ['user_id'] },
    usedBy: ['fraud_v2', 'user_spend'],
    lackedBy: [],
    partitions: ['2025-01-01', '2025-01-02', '2025-01-03'].map((ds, idx) => ({
      ds,
      state: (['fresh', 'stale', 'missing'] as const)[idx]!,
      reason: [null, '1 new aggregations', 'never built'][idx]!,
      ...{ rows: 10, bytes: 1000 },
    })),
    levels: [
      { level: '5m', places: 2, rows: 1200, bytes: 30_000 },
      { level: '8d', places: 1, rows: 3, bytes: 900 },
    ],
    ...{ blocksToBuild: 2, states: 7, tiles: 1203, bytes: 30_900, problem: null },
  };

  test('a bar, counts, levels and reasons', () => {
    const lacking = { ...set, lackedBy: ['user_spend'] };
    expect(statusLines({ datasets: [], tiles: [lacking] }, style)).toEqual([
      'payments by user_id  tiles, for fraud_v2, user_spend; not yet all for user_spend',
      '  █~░',
      '  2025-01-01 … 2025-01-03',
      '  3 partitions: 1 up to date, 1 stale, 1 missing · 2 blocks to build · 7 states, 31 kB',
      '  5m 1,200 tiles, 30 kB · 8d 3 tiles, 900 B',
      '  2025-01-02  1 new aggregations',
      '  2025-01-03  never built',
      '',
      '█ up to date   ~ stale   ░ missing',
    ]);
  });

  test('what was never built is a line, what is damaged is not', () => {
    const never = { ...set, levels: [], states: 0, bytes: 0 };
    const problem = { code: 'FILE_UNREADABLE', message: 'm.json could not be read: x' };
    const lines = statusLines({ datasets: [], tiles: [never, { ...never, problem }] }, style);
    expect(lines.slice(0, 2)).toEqual([
      'payments by user_id  tiles, for fraud_v2, user_spend',
      '  FILE_UNREADABLE m.json could not be read: x',
    ]);
    expect(lines.slice(-2)).toEqual([
      'tiles never built',
      '  payments by user_id  3 days  2025-01-01 … 2025-01-03  for fraud_v2, user_spend',
    ]);
  });
});

describe('what gc says', () => {
  const nowMs = 1_000_000_000_000;
  const day = 86_400_000;
  const item = (change: Partial<GarbageItem>): GarbageItem => ({
    path: '/out/tiles/x',
    kind: 'replaced',
    set: 'a'.repeat(32),
    bytes: 1000,
    newestMs: nowMs - 3 * day,
    state: 'removable',
    ...change,
  });
  const words = { out: 'out', isThere: true, isRemoving: false, olderThan: '1d', nowMs };
  const lines = (items: GarbageItem[], change: object = {}, damaged: Garbage['damaged'] = []) => {
    const sets = [{ set: 'a'.repeat(32), source: 'payments', keys: ['user_id'] }];
    return gcLines({ out: '/out', items, sets, damaged }, { ...words, ...change }, style);
  };

  test('nothing, and nowhere', () => {
    expect(lines([])).toEqual(['✔ gc               nothing to remove from out']);
    expect(lines([], { isThere: false })).toEqual([
      '✔ gc               nothing to remove: there is no out',
    ]);
  });

  test('by set and kind, what stays and why', () => {
    const all = [
      item({}),
      item({ newestMs: nowMs - 12 * day }),
      item({ kind: 'staged', bytes: 5 }),
      item({ kind: 'facts', set: null, newestMs: nowMs - 90 * 60_000 }),
      item({ state: 'young', bytes: 10_000 }),
      item({ state: 'held', bytes: 20_000 }),
      item({ state: 'unasked', kind: 'unused', set: 'b'.repeat(32), bytes: 14_000_000 }),
    ];
    const damaged = [{ set: 'c', path: '/out/tiles/c' }];
    expect(lines(all, {}, damaged)).toEqual([
      '✔ would remove     3.0 kB from out   --force removes it',
      '                   payments by user_id        2 replaced tile folders and files   2.0 kB  3 d to 12 d old',
      '                   payments by user_id        1 folder of a run that did not end     5 B  3 d old',
      '                   sources that are not read  1 memory of files                   1.0 kB  90 min old',
      '  kept             10 kB younger than 1d',
      '  kept             20 kB of tile sets that a run is writing',
      '! not used         by any definition of this project: 1 tile set, 14 MB; remove with --unused',
      `                   ${'b'.repeat(32)}  1 tile set  14 MB  3 d old`,
      '! damaged          /out/tiles/c: left alone until its tiles are built again',
    ]);
  });

  test('removed', () => {
    expect(lines([item({ state: 'removed' })], { isRemoving: true })[0]).toBe(
      '✔ removed          1.0 kB from out',
    );
  });
});

test.each([
  ['0', 0],
  ['90m', 5_400_000],
  ['12h', 43_200_000],
  ['3d', 259_200_000],
  ['', null],
  ['-1d', null],
  ['1w', null],
  ['1.5d', null],
  ['d', null],
])('--older-than %s', (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});
