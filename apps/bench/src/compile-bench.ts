import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from './bytes.js';
import { cacheFolder } from './cache-folder.js';
import { COMPILE_SIZE, type CompileSize, writeCompileProject } from './compile-project.js';
import type { Command } from './contender.js';
import { type Figures, figures } from './figures.js';
import { type Measured, measure } from './measure.js';
import type { BenchOptions } from './options.js';
import type { Result, Watching } from './result.js';
import { CLI } from './startup-bench.js';
import { type Field, whereAndWhen } from './where-and-when.js';

/** What has to be done in a state of the caches. */
interface Case {
  readonly name: string;
  readonly title: string;
  /** Bring everything into the state, untimed. */
  readonly setUp: (places: Places) => void;
  readonly args: readonly string[];
  /** What the command has to say of the objects: so many compiled, so many left alone. */
  readonly compiled: (objects: number) => number;
}

interface Places {
  readonly project: string;
  /** Of what is kept from one time to the next. */
  readonly cache: string;
}

const rm = (folder: string) => rmSync(folder, { recursive: true, force: true });

const CASES: readonly Case[] = [
  {
    name: 'cold',
    title: 'nothing kept',
    setUp: ({ project, cache }) => {
      rm(join(project, 'compiled'));
      rm(cache);
    },
    args: [],
    compiled: (objects) => objects,
  },
  {
    name: 'warm',
    title: 'nothing changed',
    setUp: () => {},
    args: [],
    compiled: () => 0,
  },
  {
    name: 'one',
    title: 'one groupBy changed',
    setUp: ({ project }) => {
      const file = join(project, 'features', 'group-bys-0', 'features-0.ts');
      const text = readFileSync(file, 'utf8');
      const said = /lately,( and now,)*/.exec(text)![0];
      writeFileSync(file, text.replace(said, `${said} and now,`));
      appendFileSync(file, '\n');
    },
    args: [],
    // What a groupBy is described as stands in itself alone, and in joins that hold it.
    compiled: () => Number.NaN,
  },
  {
    name: 'all',
    title: 'all again: --no-cache',
    setUp: () => {},
    args: ['--no-cache'],
    compiled: (objects) => objects,
  },
];

function sized(scale: number): CompileSize {
  const of = (count: number, least: number) => Math.max(least, Math.round(count * scale));
  return {
    groupBys: of(COMPILE_SIZE.groupBys, 40),
    joins: of(COMPILE_SIZE.joins, 4),
    sources: of(COMPILE_SIZE.sources, 2),
  };
}

/** `tessera compile` of a large project as a whole process, with nothing kept from before and with all. */
export async function runCompile(
  options: BenchOptions,
  { say, signal }: Watching,
): Promise<Result> {
  const { scale, runs, stopAfterSeconds } = options;
  const loadBefore = loadavg()[0] ?? 0;
  const size = sized(scale);
  const objects = size.groupBys + size.joins + size.sources;
  const work = mkdtempSync(join(cacheFolder(options), 'work-'));
  try {
    const places = { project: join(work, 'project'), cache: join(work, 'kept') };
    writeCompileProject(places.project, size);
    const took = new Map<Case, Measured[]>(CASES.map((one) => [one, []]));
    for (let round = 0; round < runs; round++)
      for (const one of CASES) {
        one.setUp(places);
        const command: Command = {
          file: process.execPath,
          args: [CLI, 'compile', '--project', places.project, ...one.args],
          env: { XDG_CACHE_HOME: places.cache },
        };
        const compiled = one.compiled(objects);
        const says = Number.isNaN(compiled)
          ? / compiled, \d+ as they were/
          : new RegExp(`${compiled} compiled, ${objects - compiled} as they were`);
        const ran = await measure(command, { work, stopAfterSeconds, signal, says });
        if ('stoppedAfterSeconds' in ran)
          throw new Error(`compile took longer than ${stopAfterSeconds} s; see --stop-after`);
        say(`${one.name}: ${ran.seconds.toFixed(2)} s, CPU ${ran.cpuSeconds?.toFixed(2)} s`);
        took.get(one)!.push(ran);
      }
    const all = CASES.map((one) => ({ one, own: figures(took.get(one)!)! }));
    return {
      text: [
        `compile: ${size.groupBys} groupBys, ${size.joins} joins and ${size.sources} sources, a file each; whole processes, median of ${runs}`,
        ...all.map(line),
      ].join('\n'),
      line: {
        ...{ benchmark: 'compile', scale, runs, group_bys: size.groupBys, joins: size.joins },
        ...Object.assign({}, ...all.map(fields)),
        ...whereAndWhen(loadBefore),
      },
    };
  } finally {
    rm(work);
  }
}

function line({ one, own }: { readonly one: Case; readonly own: Figures }): string {
  const cpu = own.cpuSeconds === null ? '' : `   CPU ${own.cpuSeconds.toFixed(2)} s`;
  return `  ${one.title.padEnd(24)} ${own.seconds.toFixed(2)} s   ${own.minSeconds.toFixed(2)}–${own.maxSeconds.toFixed(2)}${cpu}   peak ${formatBytes(own.peakBytes ?? Number.NaN)}`;
}

function fields({ one, own }: { readonly one: Case; readonly own: Figures }) {
  const round = (value: number) => Number(value.toFixed(3));
  const named: Record<string, Field> = {
    [`${one.name}_s`]: round(own.seconds),
    [`${one.name}_min_s`]: round(own.minSeconds),
    [`${one.name}_max_s`]: round(own.maxSeconds),
    [`${one.name}_cpu_s`]: own.cpuSeconds === null ? null : round(own.cpuSeconds),
    [`${one.name}_peak_bytes`]: own.peakBytes,
  };
  return named;
}
