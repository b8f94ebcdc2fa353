import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BENCHMARKS } from '../benchmarks.js';
import { PAGES, RESULTS } from '../record.js';
import { barsSvg } from './bars.js';
import { chartsOf } from './charts.js';
import { page } from './page.js';
import { readRecorded } from './recorded.js';

/** Everything that belongs below `docs/benchmarks`, made from what was recorded: text by file name. */
export function pages(results = RESULTS): Record<string, string> {
  const all = readRecorded(
    results,
    BENCHMARKS.map(({ name }) => name),
  );
  const abouts = Object.fromEntries(BENCHMARKS.map(({ name, about }) => [name, about]));
  const charts = all.flatMap(chartsOf).map(({ file, chart }) => [file, barsSvg(chart)] as const);
  return { 'README.md': page(all, abouts), ...Object.fromEntries(charts) };
}

/** Write them, and remove charts that no longer are. Returns the files. */
export function writePages(folder = PAGES, results = RESULTS): string[] {
  const made = pages(results);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder))
    if (name.endsWith('.svg') && made[name] === undefined) rmSync(join(folder, name));
  for (const [name, text] of Object.entries(made)) writeFileSync(join(folder, name), text);
  return Object.keys(made).map((name) => join(folder, name));
}
