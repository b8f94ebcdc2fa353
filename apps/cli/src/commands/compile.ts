import { readFileSync } from 'node:fs';
import path from 'node:path';
import { COMPILED_FORMAT, type Loaded, type ProjectIndex } from '@tessera/compiler';
import type { Finding } from '@tessera/validators';
import { startEmitter } from '../compiled/emit-together.js';
import { isUnchanged, rememberInputs } from '../compiled/inputs-record.js';
import { isWhole, readIndex } from '../compiled/read-compiled.js';
import { writeCompiled } from '../compiled/write-compiled.js';
import { countsText, findingLines } from '../output/finding-lines.js';
import { printJson } from '../output/json-document.js';
import { formatAmount, formatElapsed } from '../output/numbers.js';
import { doneLine } from '../output/style.js';
import { shownPath } from '../paths.js';
import { listDefinitionFiles } from '../project/list-files.js';
import type { ProjectConfig } from '../project/load-config.js';
import { loadFiles } from '../project/load-project.js';
import type { ModuleLoader } from '../project/module-loader.js';
import { type CommandContext, printLines } from './context.js';
import { openProject } from './open-project.js';
import { countsOf, objectsText, type ProjectCounts, refuse } from './validate.js';

export interface RawCompileOptions {
  readonly project?: string;
  readonly compiled?: string;
  /** False: nothing of the last time is kept. */
  readonly cache?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** What came of it, however it was found out. */
interface Outcome {
  readonly objects: ProjectCounts;
  readonly findings: readonly Finding[];
  readonly compiled: readonly string[];
  readonly kept: readonly string[];
  readonly removed: readonly string[];
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
  const index = raw.cache === false ? null : readIndex(folder, shown);
  const { findings: found, ...outcome } =
    asItWas(folder, index, config) ?? (await compileAll({ folder, index, config, load }, raw));
  const findings = raw.strict === true ? found.map(asError) : found;
  if (raw.json === true)
    context.terminal.out(printJson({ command: 'compile', path: shown, ...outcome, findings }));
  else printLines(context, findingLines(findings, context.terminal.outStyle));
  refuse(findings);
  if (raw.json === true) return;
  const { objects, compiled, kept, removed } = outcome;
  const words = [
    objectsText(objects),
    `${compiled.length} compiled, ${kept.length} as they were`,
    ...(removed.length > 0 ? [`${formatAmount(removed.length, 'file')} removed`] : []),
    countsText(findings),
  ].join(' · ');
  const took = formatElapsed(performance.now() - startedMs);
  printLines(context, [
    doneLine(context.terminal.outStyle, 'compiled', `${shown}   ${words}   ${took}`),
  ]);
}

const asError = (finding: Finding): Finding => ({ ...finding, severity: 'error' });

const indexText = (folder: string): string =>
  readFileSync(path.join(folder, 'project.json'), 'utf8');

/** Nothing that artefacts are made from has changed, nor any of them: no definition is loaded. */
function asItWas(
  folder: string,
  index: ProjectIndex | null,
  config: ProjectConfig,
): Outcome | null {
  if (index?.format !== COMPILED_FORMAT || !isUnchanged(folder, indexText(folder), config))
    return null;
  if (!index.objects.every((entry) => isWhole(folder, entry))) return null;
  const kept = index.objects.map(({ id }) => id);
  const count = (kind: string) => kept.filter((id) => id.startsWith(`${kind} `)).length;
  const objects = { joins: count('join'), groupBys: count('groupBy'), sources: count('source') };
  return { objects, findings: index.warned.findings, compiled: [], kept, removed: [] };
}

interface Work {
  readonly folder: string;
  readonly index: ProjectIndex | null;
  readonly config: ProjectConfig;
  readonly load: ModuleLoader;
}

async function compileAll(work: Work, options: RawCompileOptions): Promise<Outcome> {
  const { index, config } = work;
  // Nothing was compiled, or everything is to be: there is enough to do for another thread.
  const emitter = index === null ? startEmitter(listDefinitionFiles(config.features).length) : null;
  try {
    return await compileWith(emitter, work, options);
  } catch (error) {
    emitter?.abandon();
    throw error;
  }
}

async function compileWith(
  emitter: ReturnType<typeof startEmitter> | null,
  { folder, index, config, load }: Work,
  { strict }: RawCompileOptions,
): Promise<Outcome> {
  const {
    compile,
    findingsBefore,
    isDefinition,
    parse,
    rememberedColumns,
    stepsOf,
    toBeTyped,
    validateProject,
  } = await import('@tessera/compiler');
  const offer = ({ file, exports }: Loaded['files'][number]) =>
    emitter?.offer(
      Object.values(exports)
        .filter(isDefinition)
        .map((spec) => ({ spec, file })),
    );
  const project = parse(await loadFiles(config, load, config.folder, offer));
  const before =
    index === null
      ? null
      : { index, isWhole: (entry: ProjectIndex['objects'][number]) => isWhole(folder, entry) };
  const steps = stepsOf(project, before);
  emitter?.begin(steps.steps);
  const columnsOf = rememberedColumns();
  const known = findingsBefore(steps, before);
  const engine = known === null ? await import('@tessera/engine') : null;
  const told = engine?.expressionProblems(toBeTyped(project, steps, before), columnsOf) ?? [];
  const findings = known ?? validateProject(project, { told, columnsOf, limits: config.limits });
  const objects = countsOf(project);
  if (findings.some(({ severity }) => strict === true || severity === 'error')) {
    emitter?.abandon();
    return { objects, findings, compiled: [], kept: [], removed: [] };
  }
  const options = { columnsOf, ...(engine && { tilesOf: engine.tilesOfPlan }) };
  const emitted = (await emitter?.finish(options)) ?? new Map();
  const compiled = compile(steps, { ...options, before, findings, emitted });
  const removed = writeCompiled(folder, compiled);
  rememberInputs(folder, indexText(folder), load.loaded());
  return { objects, findings, compiled: compiled.compiled, kept: compiled.kept, removed };
}
