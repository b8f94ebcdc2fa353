import { noGenerator } from '../failures.js';
import { formatAmount, formatCount, formatElapsed } from '../output/numbers.js';
import { doneLine, stepLine } from '../output/style.js';
import { shownPath } from '../paths.js';
import {
  type GenerateResult,
  loadGenerate,
  writeSyntheticData,
} from '../project/synthetic-data.js';
import { type CommandContext, printLines } from './context.js';
import type { OpenProject } from './open-project.js';

const PROGRESS_LINE_MS = 5000;
const MAX_TABLES_NAMED = 4;

export interface GenerateInto {
  readonly scale: number;
  readonly seed: number;
  readonly replace: boolean;
  readonly quiet: boolean;
}

/** Run the project's generator into its lake and say what was written. */
export async function generateInto(
  { config, load }: OpenProject,
  { scale, seed, replace, quiet }: GenerateInto,
  context: CommandContext,
): Promise<void> {
  if (config.generate === null) throw noGenerator(shownPath(context.cwd, config.configFile));
  const generate = await loadGenerate(config.generate, load);
  const startedMs = performance.now();
  let printedMs = startedMs;
  const result = await writeSyntheticData(
    generate,
    {
      out: config.lake,
      scale,
      seed,
      signal: context.signal,
      onProgress: ({ rows, totalRows }) => {
        if (quiet || performance.now() - printedMs < PROGRESS_LINE_MS) return;
        printedMs = performance.now();
        const done = `${formatCount(rows)} of ${formatAmount(totalRows, 'row')}`;
        context.terminal.err(`${stepLine('synthetic data', done)}\n`);
      },
    },
    { replace, file: shownPath(context.cwd, config.generate) },
  );
  if (quiet) return;
  const elapsed = formatElapsed(performance.now() - startedMs);
  const words = `${describeTables(result)} ${describeSettings(scale, seed)}`;
  printLines(context, [
    doneLine(context.terminal.outStyle, 'synthetic data', `${words}   written once   ${elapsed}`),
  ]);
}

/** `2,000,000 transactions, 90 days`. */
function describeTables({ tables, note }: GenerateResult): string {
  const named = tables
    .slice(0, MAX_TABLES_NAMED)
    .map(({ name, rows }) => `${formatCount(rows)} ${name}`);
  const rest = tables.length - named.length;
  const more = rest > 0 ? [`${formatAmount(rest, 'more table', 'more tables')}`] : [];
  return [...named, ...more, ...(note === undefined ? [] : [note])].join(', ');
}

function describeSettings(scale: number, seed: number): string {
  return scale === 1 ? `(seed ${seed})` : `(seed ${seed}, scale ${scale})`;
}
