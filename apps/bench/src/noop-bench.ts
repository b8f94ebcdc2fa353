import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatBytes } from './bytes.js';
import { cacheFolder } from './cache-folder.js';
import type { Command } from './contender.js';
import { benchData, type DataSpec, LOOKUPS } from './data.js';
import { figures } from './figures.js';
import { type Measured, measure } from './measure.js';
import type { BenchOptions } from './options.js';
import type { Result, Watching } from './result.js';
import { CLI } from './startup-bench.js';
import { whereAndWhen } from './where-and-when.js';

const PARTITIONS = 1000;
const GROUP_BYS = 50;
/** What was published is to be older than the process that remembers it. */
const SETTLED_MS = 3_000;

/** A few rows a day in the left and in three tables of events. */
function noopSpec(scale: number): DataSpec {
  const days = Math.max(2, Math.round(PARTITIONS * scale));
  return {
    ...{ events: 5 * days, leftRows: 2 * days, keys: 10, hotShare: 0 },
    ...{ days, seed: 42, columns: 'lookups' },
  };
}

/** A project as a user has it: a join of 50 groupBys over the three tables, in TypeScript. */
function writeProject(folder: string, lake: string): void {
  mkdirSync(join(folder, 'features'), { recursive: true });
  writeFileSync(
    join(folder, 'tessera.config.ts'),
    `import { defineProject } from '@tessera/api';
export default defineProject({ name: 'noop', lake: ${JSON.stringify(lake)}, out: 'out', features: 'features' });
`,
  );
  writeFileSync(
    join(folder, 'features', 'noop.ts'),
    `import { average, count, events, groupBy, join, last, part, sum } from '@tessera/api';
const columns = { row_id: 'int64', user_id: 'string', ts: 'timestamp' } as const;
const left = events({ name: 'requests', path: 'left', columns, time: 'ts' });
const tables = ${JSON.stringify(LOOKUPS)}.map((name) =>
  events({ name, path: name, columns: { ...columns, amount: 'double' }, time: 'ts' }));
const parts = Array.from({ length: ${GROUP_BYS} }, (_, i) => part(groupBy({
  name: 'g' + i, source: tables[i % tables.length]!, keys: ['user_id'],
  aggregations: [count('amount', { windows: ['1d', '7d'] }), sum('amount', { windows: [\`\${1 + (i % 30)}d\`] }),
    average('amount', { windows: ['30d'] }), last('amount')],
})));
export const noop = join({ name: 'noop', left, parts });
`,
  );
}

/**
 * Published once, then nothing is to do: how long the command takes to find that out, where it remembers that it was so, and
 * where it looks at everything.
 */
export async function runNoop(options: BenchOptions, { say, signal }: Watching): Promise<Result> {
  const { scale, runs, workers, stopAfterSeconds } = options;
  const loadBefore = loadavg()[0] ?? 0;
  const cache = cacheFolder(options);
  const spec = noopSpec(scale);
  const data = await benchData(spec, { cache, threads: workers });
  const work = mkdtempSync(join(cache, 'work-'));
  try {
    const project = join(work, 'project');
    writeProject(project, data.dir);
    const command: Command = {
      file: process.execPath,
      args: [
        ...[CLI, 'train-set', '--project', project],
        ...['--no-summary', '--workers', String(workers)],
      ],
    };
    const run = async (says: RegExp, idle: string): Promise<Measured> => {
      const ran = await measure(
        { ...command, env: { TESSERA_IDLE: idle } },
        { work, stopAfterSeconds, signal, says },
      );
      if ('stoppedAfterSeconds' in ran)
        throw new Error(`noop took longer than ${stopAfterSeconds} s; see --stop-after`);
      return ran;
    };
    const first = await run(
      new RegExp(
        `${spec.days.toLocaleString('en')} partitions, ${spec.leftRows.toLocaleString('en')} rows`,
      ),
      'on',
    );
    say(`published ${spec.days} partitions: ${first.seconds.toFixed(1)} s`);
    const nothing = new RegExp(
      `nothing to do: ${spec.days.toLocaleString('en')} partitions are up to date`,
    );
    await sleep(SETTLED_MS);
    await run(nothing, 'on');
    const took: Measured[] = [];
    const tookWhole: Measured[] = [];
    for (let i = 0; i < runs; i++) {
      tookWhole.push(await run(nothing, 'off'));
      took.push(await run(nothing, 'on'));
    }
    const own = figures(took)!;
    const whole = figures(tookWhole)!;
    const round = (value: number) => Number(value.toFixed(3));
    return {
      text: [
        `noop: ${spec.days.toLocaleString('en')} partitions of ${GROUP_BYS} groupBys over ${LOOKUPS.length} tables, ${data.files.toLocaleString('en')} files; published in ${first.seconds.toFixed(1)} s`,
        `  nothing to do: ${own.seconds.toFixed(3)} s, ${own.minSeconds.toFixed(3)}–${own.maxSeconds.toFixed(3)}, median of ${runs} whole processes; peak ${formatBytes(own.peakBytes ?? Number.NaN)}`,
        `  looking at everything: ${whole.seconds.toFixed(3)} s, ${whole.minSeconds.toFixed(3)}–${whole.maxSeconds.toFixed(3)}; peak ${formatBytes(whole.peakBytes ?? Number.NaN)}`,
      ].join('\n'),
      line: {
        ...{ benchmark: 'noop', scale, runs, workers, partitions: spec.days },
        ...{ group_bys: GROUP_BYS, tables: LOOKUPS.length, input_files: data.files },
        ...{ publish_s: round(first.seconds), tessera_s: round(own.seconds) },
        ...{ tessera_min_s: round(own.minSeconds), tessera_max_s: round(own.maxSeconds) },
        ...{ whole_s: round(whole.seconds), whole_peak_bytes: whole.peakBytes },
        whole_cpu_s: whole.cpuSeconds === null ? null : round(whole.cpuSeconds),
        tessera_peak_bytes: own.peakBytes,
        tessera_cpu_s: own.cpuSeconds === null ? null : round(own.cpuSeconds),
        ...whereAndWhen(loadBefore),
      },
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
