import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '@tessera/lake';
import { vi } from 'vitest';
import { type Started, start, writeFiles } from '../files/command.js';
import { tesseraHere } from '../files/command-here.js';
import { filesBelow, hashes, newFolder, parquet } from '../files/workspace.js';

// Processes of their own, on a machine that has other things to do.
vi.setConfig({ testTimeout: 3_600_000, hookTimeout: 3_600_000 });

/** A small project whose run builds tiles, reads them and rows, and publishes a partition a day. */

export const DAYS = ['2025-01-06', '2025-01-07', '2025-01-08', '2025-01-09'] as const;

const FILES = {
  'tessera.config.ts': `
import { defineProject } from '@tessera/api';
export default defineProject({ name: 'visits', lake: 'lake', out: 'out', features: 'features' });`,
  'features/visits.ts': `
import { average, count, events, groupBy, join, last, part, sum } from '@tessera/api';
const visits = events({
  name: 'visits', path: 'visits', time: 'at',
  columns: { user: 'string', page: 'string', spent: 'double', at: 'timestamp' },
});
const users = groupBy({
  name: 'users', source: visits, keys: ['user'],
  aggregations: [count({ windows: ['1d', '3d'] }), sum('spent', { windows: ['3d', null] }), last('page')],
});
const pages = groupBy({ name: 'pages', source: visits, keys: ['page'], aggregations: [average('spent', { windows: ['2d'] })] });
export const habits = join({ name: 'habits', left: visits, parts: [part(users), part(pages)] });`,
};

export const dayFile = (lake: string, ds: string): string =>
  join(lake, 'visits', `ds=${ds}`, 'visits.parquet');

/** One day of visits; `salt` makes another day of it. */
export async function writeDay(lake: string, ds: string, salt = 0, rows = 120): Promise<void> {
  await parquet(
    dayFile(lake, ds),
    `SELECT 'u' || ((i * 7 + ${salt}) % 13) AS "user", 'p' || (i % 17) AS page, ((i + ${salt}) % 100) / 7 AS spent,
       TIMESTAMP '${ds}' + to_milliseconds(i * ${Math.floor(86_400_000 / rows)}) AS at FROM range(${rows}) t(i)`,
  );
}

export async function writeProject(days: readonly string[] = DAYS): Promise<string> {
  const folder = newFolder();
  writeFiles(folder, FILES);
  for (const ds of days) await writeDay(join(folder, 'lake'), ds);
  return folder;
}

/** Tiles are built and read wherever they can be, so that every way to publish is gone. */
export const RUN = ['train-set', '--no-summary', '--workers', '1', '--tiles', 'always'];

export function startRun(folder: string, out: string, env: Record<string, string>): Started {
  return start([...RUN, '--out', out], folder, env);
}

/** The same to its end, in this process. */
export async function runHere(folder: string, out: string, tiles = 'always'): Promise<void> {
  const ended = await tesseraHere([...RUN, '--out', out, '--tiles', tiles], folder);
  if (ended.code !== 0) throw new Error(`it failed: ${ended.err}`);
}

/** Tiles alone: a run with nothing to publish does not look for them. */
export async function tilesHere(folder: string, out: string): Promise<void> {
  const run = ['backfill', '--join', 'habits', '--workers', '1', '--out', out];
  const ended = await tesseraHere(run, folder);
  if (ended.code !== 0) throw new Error(`it failed: ${ended.err}`);
}

export const datasetOf = (out: string): string => join(out, 'train-sets', 'habits');

/** All that a run leaves for good: the dataset whole, and of tiles what manifests list. Remembered facts may be lost. */
export function published(out: string): Record<string, string> {
  const all = hashes(out, (name) => !name.startsWith('_facts'));
  const listed = new Set(
    filesBelow(join(out, 'tiles'))
      .filter((name) => name.endsWith('_manifest.json'))
      .flatMap((name) => {
        const set = name.split('/')[0]!;
        return [
          `tiles/${name}`,
          ...tileFiles(join(out, 'tiles', set)).map((file) => `tiles/${set}/${file}`),
        ];
      }),
  );
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => !isTileFile(name) || listed.has(name)),
  );
}

const isTileFile = (name: string): boolean => /^tiles\/[0-9a-f]+\/(5m|1h|1d|8d|64d)\//.test(name);

interface Listed {
  readonly input: string;
  /** Name, size, checksum. */
  readonly files: readonly (readonly [string, number, string])[];
}

/** Files that a tile set's manifest lists. */
export function tileFiles(set: string): string[] {
  const manifest = JSON.parse(readFileSync(join(set, '_manifest.json'), 'utf8')) as {
    partitions: Record<string, { input: string; levels: Record<string, Omit<Listed, 'input'>> }>;
    'blocks 8d': Record<string, Listed>;
    'blocks 64d': Record<string, Listed>;
  };
  const names: string[] = [];
  for (const [ds, { input, levels }] of Object.entries(manifest.partitions))
    for (const [level, { files }] of Object.entries(levels))
      for (const [file] of files) names.push(join(level, `ds=${ds}`, input, file));
  for (const level of ['8d', '64d'] as const)
    for (const [label, { input, files }] of Object.entries(manifest[`blocks ${level}`]))
      for (const [file] of files) names.push(join(level, `block=${label}`, input, file));
  return names;
}

/** What the dataset is told to be at this moment, finished or not: partition → bytes of its file, as text. */
export async function told(out: string): Promise<Record<string, string>> {
  const path = datasetOf(out);
  if (!existsSync(path)) return {};
  const { manifest, lost, fileOf } = await openDataset(path);
  if (lost.length > 0) throw new Error(`${lost.join(', ')} is listed and not there`);
  return Object.fromEntries(
    Object.keys(manifest?.partitions ?? {}).map((ds) => [ds, readFileSync(fileOf(ds), 'base64')]),
  );
}

export function copyOut(from: string, to: string): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
}
