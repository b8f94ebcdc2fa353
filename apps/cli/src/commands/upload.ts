import { badOptions } from '../failures.js';
import { checkRunOptions, type Mistake } from '../options.js';
import { printJson } from '../output/json-document.js';
import { createProgressView, type StageProgress } from '../output/progress.js';
import { uploadDocument, uploadLines } from '../output/upload-lines.js';
import { shownPath } from '../paths.js';
import { loadDefinitions } from '../project/load-definitions.js';
import { validateFirst } from '../project/validate-first.js';
import { type CommandContext, printLines } from './context.js';
import { ensureLake, openProject } from './open-project.js';
import {
  chooseUnit,
  lastMidnight,
  type RawUnitOptions,
  readAsOf,
  shownStore,
  withStore,
} from './serving.js';

export interface RawUploadOptions extends RawUnitOptions {
  readonly asOf?: string;
  readonly lake?: string;
  readonly tiles?: string;
  readonly workers?: string;
  readonly memory?: string;
  readonly tmp?: string;
}

/** `tessera upload`: what a join is served from, as of an instant, into a store. */
export async function uploadCommand(raw: RawUploadOptions, context: CommandContext): Promise<void> {
  const mistakes: Mistake[] = [];
  const asOfMs =
    raw.asOf === undefined ? lastMidnight(Date.now()) : readAsOf('--as-of', raw.asOf, mistakes);
  const { lake, out, tiles, workers, memory, tmp } = raw;
  const given = { lake, out, tiles, workers, memory, tmp };
  const checked = checkRunOptions(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    mistakes,
  );
  if (mistakes.length > 0) throw badOptions(mistakes);
  const quiet = raw.json === true;
  const project = await openProject(raw, context);
  const { config, load } = project;
  const definitions = await loadDefinitions(config, load, context.cwd);
  const unit = chooseUnit(definitions, raw, shownPath(context.cwd, config.features));
  await validateFirst(definitions.project, [unit]);
  await ensureLake(project, { named: raw.lake !== undefined, quiet }, context);
  const { upload } = await import('@tessera/engine');
  const progress = createProgressView(context.terminal);
  const startedMs = performance.now();
  const update = (own: Pick<StageProgress, 'stage' | 'tasksDone' | 'tasksTotal' | 'rows'>) => {
    if (quiet) return;
    progress.update({ ...own, elapsedMs: performance.now() - startedMs, peakBytes: 0 });
  };
  context.interrupts.listen();
  await withStore(raw, config, context, async (store) => {
    try {
      const result = await upload(unit, {
        ...{ store, asOfMs, lake: config.lake, out: config.out },
        signal: context.interrupts.signal,
        ...(checked.tiles !== undefined && { tiles: checked.tiles }),
        ...(checked.workers !== undefined && { workers: checked.workers }),
        ...(checked.memory !== undefined && { memory: checked.memory }),
        ...(raw.tmp !== undefined && { tmp: raw.tmp }),
        onProgress: (own) => {
          if (own.stage === 'load') return;
          const { stage, done, total } = own;
          update({ stage, tasksDone: done, tasksTotal: total, rows: 0 });
        },
      });
      progress.finish();
      if (quiet) context.terminal.out(printJson(uploadDocument(result)));
      else
        printLines(
          context,
          uploadLines(result, shownStore(store, context.cwd), context.terminal.outStyle),
        );
    } finally {
      progress.finish();
    }
  });
}
