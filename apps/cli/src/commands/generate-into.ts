import {
  badConfig,
  definitionsFailed,
  generateFailed,
  generateRefused,
  noGenerator,
} from '../failures.js';
import { formatAmount, formatCount, formatElapsed } from '../output/numbers.js';
import { createProgressView } from '../output/progress.js';
import { doneLine } from '../output/style.js';
import { shownPath } from '../paths.js';
import { describeFailure } from '../project/load-project.js';
import {
  type Generate,
  type GenerateProgress,
  type GenerateResult,
  lakeState,
  writeSyntheticData,
} from '../project/synthetic-data.js';
import { type CommandContext, printLines } from './context.js';
import type { OpenProject } from './open-project.js';

const MAX_TABLES_NAMED = 4;

export interface GenerateInto {
  readonly scale: number;
  readonly seed: number;
  readonly replace: boolean;
  readonly quiet: boolean;
}

/**
 * Run the project's generator into its lake and say what was written.
 *
 * Throws   BAD_OPTION when there is no generator, when it throws, or when the lake holds data that was not generated,
 *          or was and `replace` is false; DEFINITION_FAILED when the module cannot be loaded.
 */
export async function generateInto(
  project: OpenProject,
  { scale, seed, replace, quiet }: GenerateInto,
  context: CommandContext,
): Promise<void> {
  const { config } = project;
  const generate = await loadGenerate(project, context);
  const shownLake = shownPath(context.cwd, config.lake);
  const state = lakeState(config.lake);
  if (state === 'other') throw generateRefused(shownLake, 'holds data that was not generated');
  if (state === 'generated' && !replace) {
    throw generateRefused(shownLake, 'exists; --force writes it anew');
  }
  context.interrupts.listen();
  const startedMs = performance.now();
  const progress = createProgressView(context.terminal);
  const request = {
    out: config.lake,
    scale,
    seed,
    signal: context.interrupts.signal,
    onProgress: ({ rows, totalRows }: GenerateProgress) => {
      // The line that says it is done is printed below.
      if (quiet || rows >= totalRows) return;
      const elapsedMs = performance.now() - startedMs;
      const tasks = { tasksDone: rows, tasksTotal: totalRows, rows };
      progress.update({ stage: 'synthetic data', ...tasks, elapsedMs, peakBytes: 0 });
    },
  };
  let result: GenerateResult;
  try {
    result = await writeSyntheticData(generate, request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    const failure = describeFailure(error, config.generate ?? '', config.folder, context.cwd);
    throw generateFailed(failure);
  } finally {
    progress.finish();
  }
  if (quiet) return;
  const elapsed = formatElapsed(performance.now() - startedMs);
  const words = `${describeTables(result)} ${describeSettings(scale, seed)}`;
  const detail = `${words}   written once   ${elapsed}`;
  printLines(context, [doneLine(context.terminal.outStyle, 'synthetic data', detail)]);
}

async function loadGenerate({ config, load }: OpenProject, { cwd }: CommandContext) {
  const file = config.generate;
  if (file === null) throw noGenerator(shownPath(cwd, config.configFile));
  let generate: unknown;
  try {
    generate = (await load(file)).generate;
  } catch (error) {
    throw definitionsFailed([describeFailure(error, file, config.folder, cwd)]);
  }
  if (typeof generate !== 'function') {
    throw badConfig(shownPath(cwd, file), ['it exports no function `generate`']);
  }
  // What it takes and answers cannot be checked before it is called.
  return generate as Generate;
}

/** `2,000,000 transactions, 90 days`; without a note the first tables each. */
function describeTables({ tables, note }: GenerateResult): string {
  const words = ({ name, rows }: GenerateResult['tables'][number]) =>
    `${formatCount(rows)} ${name}`;
  const [main] = tables;
  if (main !== undefined && note !== undefined) return `${words(main)}, ${note}`;
  const named = tables.slice(0, MAX_TABLES_NAMED).map(words);
  const rest = tables.length - named.length;
  return [...named, ...(rest > 0 ? [formatAmount(rest, 'more table')] : [])].join(', ');
}

function describeSettings(scale: number, seed: number): string {
  return scale === 1 ? `(seed ${seed})` : `(seed ${seed}, scale ${scale})`;
}
