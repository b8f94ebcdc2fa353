import path from 'node:path';
import { isWhole, readIndex } from '../compiled/read-compiled.js';
import { writeCompiled } from '../compiled/write-compiled.js';
import { countsText, findingLines } from '../output/finding-lines.js';
import { printJson } from '../output/json-document.js';
import { formatAmount, formatElapsed } from '../output/numbers.js';
import { doneLine } from '../output/style.js';
import { shownPath } from '../paths.js';
import { loadFiles } from '../project/load-project.js';
import { type CommandContext, printLines } from './context.js';
import { openProject } from './open-project.js';
import { countsOf, objectsText, refuse } from './validate.js';

export interface RawCompileOptions {
  readonly project?: string;
  readonly compiled?: string;
  /** False: nothing of the last time is kept. */
  readonly cache?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `tessera compile`: definitions → checked artefacts in `compiled/`; objects that are as they were are left alone. */
export async function compileCommand(
  raw: RawCompileOptions,
  context: CommandContext,
): Promise<void> {
  const startedMs = performance.now();
  const { config, load } = await openProject(raw, context);
  const folder =
    raw.compiled === undefined
      ? path.join(config.folder, 'compiled')
      : path.resolve(context.cwd, raw.compiled);
  const shown = shownPath(context.cwd, folder);
  const { compile, parse, stepsOf, validateProject } = await import('@tessera/compiler');
  const project = parse(await loadFiles(config, load, config.folder));
  const index = raw.cache === false ? null : readIndex(folder, shown);
  const before =
    index === null
      ? null
      : { index, isWhole: (entry: (typeof index.objects)[number]) => isWhole(folder, entry) };
  const steps = stepsOf(project, before);
  const definitions = [...project.joins, ...project.groupBys];
  // What compiled once has expressions of the right types.
  const engine = steps.isAllKept ? null : await import('@tessera/engine');
  const findings = validateProject(
    project,
    { told: engine?.expressionProblems(definitions) ?? [] },
    { strict: raw.strict === true },
  );
  const style = context.terminal.outStyle;
  if (raw.json !== true) printLines(context, findingLines(findings, style));
  const isRefused = findings.some(({ severity }) => severity === 'error');
  const compiled = isRefused
    ? null
    : compile(steps, { before, ...(engine && { tilesOf: engine.tilesOfPlan }) });
  const removed = compiled === null ? [] : writeCompiled(folder, compiled);
  if (raw.json === true) {
    const { compiled: made = [], kept = [] } = compiled ?? {};
    const objects = countsOf(project);
    const told = { compiled: made, kept, removed, findings };
    context.terminal.out(printJson({ command: 'compile', path: shown, objects, ...told }));
  }
  refuse(findings);
  if (raw.json === true || compiled === null) return;
  const words = [
    objectsText(project),
    `${compiled.compiled.length} compiled, ${compiled.kept.length} as they were`,
    ...(removed.length > 0 ? [`${formatAmount(removed.length, 'file')} removed`] : []),
    countsText(findings),
  ].join(' · ');
  const took = formatElapsed(performance.now() - startedMs);
  printLines(context, [doneLine(style, 'compiled', `${shown}   ${words}   ${took}`)]);
}
