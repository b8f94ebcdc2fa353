import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { median } from './figures.js';
import type { BenchOptions } from './options.js';
import type { Result, Watching } from './result.js';
import { type Field, whereAndWhen } from './where-and-when.js';

/** As it is installed. */
export const CLI = fileURLToPath(new URL('../../cli/bin/tessera.cjs', import.meta.url));
const PACKAGE = new URL('../../cli/package.json', import.meta.url);

interface Start {
  readonly name: string;
  readonly title: string;
  readonly args: readonly string[];
  /** What it has to print. */
  readonly says: (out: string) => boolean;
}

/** Node's own start, and the command line's; the first is the measure. */
function starts(): readonly Start[] {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { readonly version: string };
  return [
    { name: 'node', title: 'node', args: ['-e', '0'], says: (out) => out === '' },
    {
      ...{ name: 'version', title: 'tessera --version', args: [CLI, '--version'] },
      says: (out) => out.trim() === version,
    },
    {
      ...{ name: 'help', title: 'tessera --help', args: [CLI, '--help'] },
      says: (out) => out.startsWith('Usage: tessera') && out.includes('train-set'),
    },
  ];
}

/** How long processes take that do next to nothing, in turns; the first round is not counted. */
export function runStartup({ runs }: BenchOptions, { say, signal }: Watching): Result {
  const loadBefore = loadavg()[0] ?? 0;
  const all = starts().map((start) => ({ start, ms: [] as number[] }));
  for (let round = 0; round <= runs; round++) {
    signal.throwIfAborted();
    for (const { start, ms } of round % 2 === 0 ? all : [...all].reverse()) {
      const took = timeStart(start);
      if (round > 0) ms.push(took);
    }
  }
  say(`${runs} rounds of ${all.length} processes`);
  const node = median(all[0]!.ms);
  const line: Record<string, Field> = { benchmark: 'startup', scale: 1, runs };
  const lines = all.map(({ start, ms }) => {
    const own = median(ms);
    line[`${start.name}_ms`] = round(own);
    line[`${start.name}_min_ms`] = round(Math.min(...ms));
    line[`${start.name}_max_ms`] = round(Math.max(...ms));
    if (start.name !== 'node') line[`${start.name}_of_node`] = round(own / node);
    return `  ${start.title.padEnd(20)} ${own.toFixed(1).padStart(8)} ms   ${Math.min(...ms).toFixed(1)}–${Math.max(...ms).toFixed(1)}   ${(own / node).toFixed(2)}×`;
  });
  return {
    text: [`startup: whole processes, median of ${runs}`, ...lines].join('\n'),
    line: { ...line, ...whereAndWhen(loadBefore) },
  };
}

const round = (value: number) => Number(value.toFixed(3));

function timeStart({ title, args, says }: Start): number {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const ms = performance.now() - start;
  if (status !== 0 || !says(stdout))
    throw new Error(`${title} ended with ${status} and said:\n${stdout}${stderr}`);
  return ms;
}
