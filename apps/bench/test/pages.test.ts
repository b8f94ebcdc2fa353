import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { barsSvg } from '../src/pages/bars.js';
import { pages, writePages } from '../src/pages/write-pages.js';
import { PAGES, recordLine, takeRecord } from '../src/record.js';
import { newFolder } from './support.js';

const PLACE = {
  ...{ cpu: 'A processor', cores: 2, machine_memory_bytes: 16 * 1024 ** 3 },
  ...{ node: 'v20.1.0', duckdb: 'v1.5.6', tessera: '0.1.0', commit: 'abc1234' },
  ...{ load_before: 0.2, load_after: 2, measured_at: '2025-02-03T04:05:06.000Z' },
};

const STANDARD = {
  ...{ benchmark: 'standard', scale: 1, runs: 3, workers: 2 },
  ...{ tessera_s: 3, tessera_times: 3, tessera_peak_bytes: 1e9 },
  ...{ tessera_foretold_s: 4, tessera_foretold_peak_bytes: 1e9 },
  ...{ tessera_left_rows_per_s: 333_333, tessera_events_per_s: 6_666_667 },
  ...{ duckdb_range_join_s: 30, duckdb_range_join_times: 1, duckdb_range_join_peak_bytes: 2e9 },
  ratio_duckdb_range_join: 10,
  ...{ duckdb_windows_stopped_after_s: 900, ratio_duckdb_windows: null },
  ...{ polars_rolling_s: 21, polars_rolling_times: 3, polars_rolling_peak_bytes: 5e9 },
  ratio_polars_rolling: 7,
  polars_rolling_made_with: 'polars 2.1.0',
  ...{ ratio_duckdb: 10, ratio_duckdb_of: 'duckdb_range_join' },
  ...{ ratio_polars: 7, ratio_polars_of: 'polars_rolling', times_of_scan: 6 },
  ...PLACE,
};

const STARTUP = {
  ...{ benchmark: 'startup', scale: 1, runs: 5, node_ms: 40, version_ms: 60, help_ms: 70 },
  ...{ version_of_node: 1.5, help_of_node: 1.75, ...PLACE, load_before: 7 },
};

test('what is recorded has its command, without where somebody keeps data', () => {
  const { argv, isRecorded } = takeRecord([
    'hot',
    '--record',
    '--cache',
    '/x',
    '--json',
    '--peers',
  ]);
  expect(isRecorded).toBe(true);
  expect(takeRecord(['hot']).isRecorded).toBe(false);
  const folder = newFolder();
  recordLine(argv, JSON.stringify({ benchmark: 'hot', ratio: 2 }), folder);
  expect(JSON.parse(readFileSync(join(folder, 'hot.json'), 'utf8'))).toEqual({
    command: 'pnpm bench hot --peers',
    benchmark: 'hot',
    ratio: 2,
  });
});

test('a page has a line for everything measured, and says what makes it worth less', () => {
  const folder = newFolder();
  recordLine(['standard', '--peers'], JSON.stringify(STANDARD), folder);
  recordLine(['startup'], JSON.stringify(STARTUP), folder);
  const made = pages(folder);
  expect(Object.keys(made)).toEqual([
    'README.md',
    'standard-time.svg',
    'standard-memory.svg',
    'startup-time.svg',
  ]);
  const page = made['README.md'] ?? '';
  expect(page).toContain('- machine: A processor, 2 cores, 16 GB');
  expect(page).toContain('DuckDB v1.5.6, Tessera 0.1.0; polars 2.1.0');
  expect(page).toContain(
    '| [standard](#standard) | Polars rolling | **7.00×** (21.0 s to 3.00 s) |',
  );
  expect(page).toContain(
    '|  | DuckDB range join, the best of its forms | **10.0×** (30.0 s to 3.00 s) |',
  );
  expect(page).toContain('| `tessera --version` takes 1.50× (60 ms) |');
  expect(page).toContain('```sh\npnpm bench standard --peers\n```');
  expect(page).toContain('**on a busy machine**: load 7');
  expect(page.match(/busy machine/g)).toHaveLength(1);
  const chart = made['standard-time.svg'] ?? '';
  expect(chart).toContain('stopped after 900.0 s');
  expect(chart).toContain('stroke-dasharray');
  const labels = [...chart.matchAll(/text-anchor="end"[^>]*>([^<]*)/g)].map(([, label]) => label);
  expect(labels).toEqual([
    'Tessera',
    'DuckDB range join',
    'DuckDB window functions',
    'Polars rolling',
  ]);
});

test('charts of benchmarks that are gone are removed', () => {
  const [folder, results] = [newFolder(), newFolder()];
  recordLine(['startup'], JSON.stringify(STARTUP), results);
  writeFileSync(join(folder, 'old-time.svg'), '');
  writePages(folder, results);
  expect(readdirSync(folder).sort()).toEqual(['README.md', 'startup-time.svg']);
});

test('a chart is plain SVG: no scripts, links or unescaped text', () => {
  const chart = barsSvg({
    title: 'a < b & c',
    bars: [
      { label: '<script>', value: 2, text: '2', tone: 'own' },
      { label: 'nothing', value: 0, text: '0', tone: 'floor' },
    ],
    limit: { value: 4, label: 'budget' },
  });
  expect(chart).toContain('a &lt; b &amp; c');
  expect(chart).not.toMatch(/<script|href|NaN|undefined/);
  expect(chart.match(/<rect[^>]* width="([\d.]+)"/)?.[1]).toBe('180');
});

test('docs/benchmarks is what its recorded results give: pnpm bench report', () => {
  for (const [name, text] of Object.entries(pages()))
    expect(readFileSync(join(PAGES, name), 'utf8'), name).toBe(text);
  const charts = readdirSync(PAGES).filter((name) => name.endsWith('.svg'));
  expect(charts.sort()).toEqual(
    Object.keys(pages())
      .filter((name) => name.endsWith('.svg'))
      .sort(),
  );
});
