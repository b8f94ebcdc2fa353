import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeEngine } from './fake-engine.js';
import { CONFIG, runIn, SMALL_PROJECT, writeFiles } from './harness.js';

const GENERATE = `
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
interface Request { out: string; scale: number; seed: number; onProgress(p: { rows: number; totalRows: number }): void }
export async function generate({ out, scale, seed, onProgress }: Request) {
  const rows = Math.round(2_000_000 * scale);
  onProgress({ rows: 0, totalRows: rows });
  mkdirSync(path.join(out, 'transactions'), { recursive: true });
  writeFileSync(path.join(out, 'transactions/seed.txt'), String(seed));
  return { tables: [{ name: 'transactions', rows }, { name: 'merchants', rows: 500 }], note: '90 days' };
}
`;

const { 'lake/transactions/ds=2025-01-01/part.parquet': _, ...WITHOUT_LAKE } = SMALL_PROJECT;
const PROJECT = {
  ...WITHOUT_LAKE,
  'tessera.config.ts': CONFIG.replace(
    "lake: 'lake'",
    "lake: 'data/lake', generate: './generate.ts'",
  ),
  'generate.ts': GENERATE,
};

const seconds = (text: string) => text.replace(/\d+\.\d s/g, 'N s');

describe('synthetic data', () => {
  test('is written before the first run, once', async () => {
    const folder = writeFiles(PROJECT);
    const first = await runIn({
      cwd: folder,
      argv: ['train-set', '--join=fraud_v2', '--no-summary'],
    });
    expect(first.code).toBe(0);
    expect(seconds(first.out).split('\n')[0]).toBe(
      '✔ synthetic data   2,000,000 transactions, 90 days (seed 42)   written once   N s',
    );
    expect(readFileSync(path.join(folder, 'data/lake/transactions/seed.txt'), 'utf8')).toBe('42');
    expect(readdirSync(path.join(folder, 'data'))).toEqual(['lake']);
    const second = await runIn({
      cwd: folder,
      argv: ['train-set', '--join=fraud_v2', '--no-summary'],
    });
    expect(second.out).not.toContain('synthetic');
  });

  test('is not written for a join that does not exist', async () => {
    const folder = writeFiles(PROJECT);
    expect((await runIn({ cwd: folder, argv: ['train-set', '--join=typo'] })).code).toBe(1);
    expect(existsSync(path.join(folder, 'data'))).toBe(false);
  });

  test('never goes into a folder named with --lake', async () => {
    const folder = writeFiles(PROJECT);
    const { code, err } = await runIn({ cwd: folder, argv: ['backfill', '--lake=mine'] });
    expect(code).toBe(1);
    expect(err).toContain('tessera generate --lake mine');
    expect(existsSync(path.join(folder, 'mine'))).toBe(false);
  });

  test('keeps --json one document', async () => {
    const folder = writeFiles(PROJECT);
    const { out, err } = await runIn({ cwd: folder, argv: ['train-set', '--json'] });
    expect(JSON.parse(out).command).toBe('train-set');
    expect(err).toBe('');
  });
});

describe('generate', () => {
  test('takes scale and seed; --force is needed to write again', async () => {
    const folder = writeFiles(PROJECT);
    const first = await runIn({ cwd: folder, argv: ['generate', '--scale=0.1', '--seed=7'] });
    expect(seconds(first.out)).toBe(
      '✔ synthetic data   200,000 transactions, 90 days (seed 7, scale 0.1)   written once   N s\n',
    );
    const again = await runIn({ cwd: folder, argv: ['generate'] });
    expect(again.code).toBe(1);
    expect(again.err).toContain(
      '`generate` does not write to data/lake: it exists; --force writes it anew.',
    );
    const forced = await runIn({ cwd: folder, argv: ['generate', '--force'] });
    expect(forced.code).toBe(0);
    expect(readFileSync(path.join(folder, 'data/lake/transactions/seed.txt'), 'utf8')).toBe('42');
    expect(readdirSync(path.join(folder, 'data'))).toEqual(['lake']);
  });

  test("--force never deletes anyone's own data", async () => {
    const folder = writeFiles({ ...PROJECT, 'data/lake/mine.parquet': 'precious' });
    const { code, err } = await runIn({ cwd: folder, argv: ['generate', '--force'] });
    expect(code).toBe(1);
    expect(err).toContain('it holds data that was not generated');
    expect(readFileSync(path.join(folder, 'data/lake/mine.parquet'), 'utf8')).toBe('precious');
  });

  test('a generator that throws leaves nothing, and its line is named', async () => {
    const folder = writeFiles({
      ...PROJECT,
      'generate.ts': GENERATE.replace(
        '  return {',
        "  if (seed) throw new RangeError('no luck');\n  return {",
      ),
    });
    const { code, err } = await runIn({ cwd: folder, argv: ['generate'] });
    expect(code).toBe(1);
    expect(err).toContain('error BAD_OPTION  generate.ts:10\n');
    expect(err).toContain('`generate` failed: RangeError: no luck.');
    expect(readdirSync(path.join(folder, 'data'))).toEqual([]);
  });

  test('an abandoned folder of a killed run is removed, that of a living one is not', async () => {
    const folder = writeFiles(PROJECT);
    const data = path.join(folder, 'data');
    const living = `lake.generating-${process.ppid}`;
    for (const name of ['lake.generating-999999999', living]) {
      mkdirSync(path.join(data, name), { recursive: true });
      writeFileSync(path.join(data, name, 'x'), '');
    }
    expect((await runIn({ cwd: folder, argv: ['generate'] })).code).toBe(0);
    expect(readdirSync(data).sort()).toEqual(['lake', living]);
  });

  test('an interruption leaves nothing', async () => {
    const folder = writeFiles({
      ...PROJECT,
      'generate.ts': 'export const generate = () => new Promise(() => {});',
    });
    const controller = new AbortController();
    const running = runIn({
      cwd: folder,
      argv: ['train-set'],
      signal: controller.signal,
      engine: fakeEngine(),
    });
    await expect.poll(() => existsSync(path.join(folder, 'data'))).toBe(true);
    controller.abort();
    expect((await running).code).toBe(130);
    expect(readdirSync(path.join(folder, 'data'))).toEqual([]);
  });

  test('mistakes', async () => {
    const folder = writeFiles(SMALL_PROJECT);
    const none = await runIn({ cwd: folder, argv: ['generate'] });
    expect(none.code).toBe(1);
    expect(none.err).toContain('tessera.config.ts sets no `generate`');
    const options = await runIn({ cwd: folder, argv: ['generate', '--scale=-1', '--seed=x'] });
    expect(options.code).toBe(1);
    expect(options.err).toContain('`--scale` is not a number above 0, up to 1000: `-1`.');
    expect(options.err).toContain('`--seed` is not a whole number from 0 to 4294967295: `x`.');
  });
});
