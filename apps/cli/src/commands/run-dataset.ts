import path from 'node:path';
import type { PlanSummary, RunOptions, RunProfile, RunResult } from '@tessera/engine';
import type { CheckedRunOptions, RawRunOptions } from '../options.js';
import { builtLine, type OutcomeWords, outcomeLine, workLines } from '../output/outcome-lines.js';
import { isIdle, nothingToDoLine, planLines, planOnlyLines } from '../output/plan-lines.js';
import { createProgressView } from '../output/progress.js';
import { reportLines } from '../output/report-lines.js';
import { summaryLines } from '../output/summary-table.js';
import { shownPath } from '../paths.js';
import type { ProjectConfig } from '../project/load-config.js';
import { type CommandContext, printLines } from './context.js';

export interface DatasetRun {
  readonly raw: RawRunOptions;
  readonly checked: CheckedRunOptions;
  readonly config: ProjectConfig;
  /** Where a timeline is left, absolute; null = the run is not profiled. */
  readonly timeline: string | null;
  readonly run: (options: RunOptions) => Promise<RunResult>;
}

/** Run one join or groupBy; unless `--json`, print its plan, progress, outcome, report and summary as they come. */
export async function runDataset(
  { raw, checked, config, timeline, run }: DatasetRun,
  context: CommandContext,
): Promise<RunResult> {
  const quiet = raw.json === true;
  const style = context.terminal.outStyle;
  const progress = createProgressView(context.terminal);
  let isPlanPrinted = false;
  const printPlan = (plan: PlanSummary) => {
    if (isPlanPrinted || quiet || isIdle(plan)) return;
    isPlanPrinted = true;
    printLines(context, (checked.planOnly ? planOnlyLines : planLines)(plan, style));
  };
  const {
    start,
    end,
    format,
    tiles,
    workers,
    buckets,
    memory,
    limit,
    labelsOnly,
    strict,
    replace,
    planOnly,
    summary,
  } = checked;
  let result: RunResult;
  context.interrupts.listen();
  try {
    result = await run({
      ...withoutUndefined({ start, end, tiles, workers, buckets, memory, limit }),
      ...(raw.tmp === undefined ? {} : { tmp: path.resolve(context.cwd, raw.tmp) }),
      lake: config.lake,
      out: config.out,
      format,
      ...(labelsOnly && { labelsOnly }),
      strict,
      replace,
      planOnly,
      summary,
      ...(timeline !== null && { profile: timeline }),
      signal: context.interrupts.signal,
      onPlan: printPlan,
      onProgress: quiet ? () => {} : progress.update,
    });
  } finally {
    progress.finish();
  }
  if (quiet) return result;
  printPlan(result.plan);
  // A preview is computed even where everything is published already.
  if (isIdle(result.plan) && (planOnly || limit === undefined)) {
    printLines(context, [
      nothingToDoLine(result.plan, { start, end, elapsedMs: result.elapsedMs }, style),
    ]);
  } else if (!planOnly) {
    printLines(
      context,
      outcomeLines(
        result,
        { format, out: config.out, because: raw.dryRun === true ? '--dry-run' : '--limit' },
        context,
      ),
    );
  }
  if (result.profile !== null) {
    printLines(context, ['', ...(await profileText(result.profile, context))]);
  }
  return result;
}

async function profileText(profile: RunProfile, { cwd, terminal }: CommandContext) {
  const [{ PHASES }, { profileLines }] = await Promise.all([
    import('@tessera/engine'),
    import('../output/profile-lines.js'),
  ]);
  const shown = profile.timeline === null ? null : shownPath(cwd, profile.timeline);
  return profileLines(profile, { phases: PHASES, shownPath: shown }, terminal.outStyle);
}

function outcomeLines(
  result: RunResult,
  words: Pick<OutcomeWords, 'format' | 'because'> & { readonly out: string },
  context: CommandContext,
): string[] {
  const style = context.terminal.outStyle;
  const { format } = words;
  if (result.plan.kind === 'tiles')
    return [
      builtLine(result, shownPath(context.cwd, path.join(words.out, 'tiles')), style),
      ...workLines(result),
    ];
  // Exports stand beside the dataset.
  const written =
    result.path === null || format === 'parquet' ? result.path : `${result.path}.${format}`;
  const shown =
    written === null ? null : shownPath(context.cwd, path.resolve(context.cwd, written));
  const table = summaryLines(result.summary ?? [], style);
  return [
    outcomeLine(result, { ...words, shownPath: shown }, style),
    ...workLines(result),
    ...reportLines(result.report, style),
    ...(table.length > 0 ? ['', ...table] : []),
  ];
}

/** An option that was not given is absent, so that the engine's default holds. */
function withoutUndefined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
