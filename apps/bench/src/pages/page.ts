import { formatBytes } from '../bytes.js';
import { chartsOf } from './charts.js';
import { findingsOf } from './findings.js';
import type { Recorded } from './recorded.js';

/** Benchmarks by name, in a line each. */
export type Abouts = Readonly<Record<string, string>>;

const TITLE = '# Benchmarks, measured\n';

const HEAD = `Made by \`pnpm bench report\` from [what was recorded](results); the benchmarks themselves, and how they measure, are in [apps/bench](../../apps/bench/README.md). Every result was compared with every other's, cell by cell, before anything was timed: counts, minima, maxima, texts and lists equal; sums and averages of doubles within 10⁻¹² of their size and variances within 10⁻⁸, because others round at every step. Ours are exact, and have exact tails wherever the others' windows have them.
`;

const LIMITS = `## Limits of these figures

- One machine, one kind of disk, data and programs that are in the page cache: ratios carry over better than seconds.
- Generated data: keys with a density of 1/√n, events evenly spread over the day. Real data is lumpier.
- Peers are what a careful user would write today, in the forms that were tried (their texts are in [peers](../../apps/bench/peers) and [baselines](../../apps/bench/src/baselines)); whoever knows a faster one is asked for it.
- A peer writes one Parquet file; Tessera writes one per day, checks what it wrote, and publishes it in a step that a crash cannot halve.
- Whole processes are measured, from start to end. At a few thousand rows that is mostly starting up, and SQL wins.
- Peak memory is the kernel's high-water mark of resident memory, summed over the processes of a contender.
`;

/** The page about everything that was recorded. */
export function page(all: readonly Recorded[], abouts: Abouts): string {
  if (all.length === 0)
    return `${TITLE}\nNothing is recorded yet: \`pnpm bench standard --record\`, then \`pnpm bench report\`.\n`;
  return [
    TITLE,
    HEAD,
    ...machineLines(all),
    '',
    '| benchmark | against | measured |',
    '| --- | --- | --- |',
    ...all.flatMap((one) =>
      findingsOf(one).map(
        ({ against, measured }, i) =>
          `| ${i === 0 ? `[${one.name}](#${one.name})` : ''} | ${against} | ${measured} |`,
      ),
    ),
    '',
    ...all.flatMap((one) => section(one, abouts[one.name] ?? '')),
    LIMITS,
  ].join('\n');
}

/** Machines and versions, each once; usually there is one of each. */
function machineLines(all: readonly Recorded[]): string[] {
  const machines = all.map(
    (one) =>
      `${one.text('cpu')}, ${one.number('cores')} cores, ${formatBytes(one.number('machine_memory_bytes') ?? 0)}`,
  );
  const versions = all.map((one) =>
    [
      `Node ${one.text('node')}`,
      `DuckDB ${one.text('duckdb')}`,
      `Tessera ${one.text('tessera')}`,
    ].join(', '),
  );
  const made = all.flatMap((one) =>
    one.fields
      .filter((field) => field.endsWith('_made_with'))
      .map((field) => one.text(field) ?? ''),
  );
  const others = [...new Set(made)].filter((text) => !text.startsWith('duckdb')).sort();
  return [
    `- machine: ${[...new Set(machines)].join('; ')}`,
    `- versions: ${[...new Set(versions)].join('; ')}${others.length === 0 ? '' : `; ${others.join(', ')}`}`,
  ];
}

function section(one: Recorded, about: string): string[] {
  return [
    `## ${one.name}`,
    '',
    ...(about === '' ? [] : [`${about[0]?.toUpperCase()}${about.slice(1)}.`, '']),
    '```sh',
    one.command,
    '```',
    '',
    ...chartsOf(one).flatMap(({ file, chart }) => [`![${chart.title}](${file})`, '']),
    `${remarks(one).join('; ')}.`,
    '',
  ];
}

/** When and of what, and everything that makes the figures worth less. */
function remarks(one: Recorded): string[] {
  const [scale, runs, cores] = [one.number('scale'), one.number('runs'), one.number('cores') ?? 1];
  const load = Math.max(one.number('load_before') ?? 0, 0);
  const cached = one.fields.filter(
    (field) => field.endsWith('_cached_on') && one.text(field) !== null,
  );
  const commit = one.text('commit');
  return [
    `Measured on ${one.text('measured_at')?.slice(0, 10)} at commit ${commit?.replace('+', '')}${commit?.endsWith('+') ? ' and changes on top' : ''}`,
    ...(runs === null ? [] : [runs === 1 ? 'one run' : `median of ${runs} runs`]),
    ...(scale !== null && scale !== 1 ? [`**at a scale of ${scale}**`] : []),
    ...(load > cores ? [`**on a busy machine**: load ${load} before it began`] : []),
    ...cached.map(
      (field) =>
        `${field.replace('_cached_on', '')} from ${one.text(field)}, at load ${one.number(field.replace('_on', '_at_load'))}`,
    ),
  ];
}
