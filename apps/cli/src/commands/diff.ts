import { TesseraError } from '@tessera/api';
import type { Project, ProjectDiff } from '@tessera/compiler';
import { artefactsFor, stateOf } from '../compiled/state-of.js';
import { badOptions } from '../failures.js';
import { diffLines } from '../output/diff-lines.js';
import { printJson } from '../output/json-document.js';
import { formatAmount, formatBytes, formatSeconds } from '../output/numbers.js';
import type { ProjectConfig } from '../project/load-config.js';
import { loadDefinitions } from '../project/load-definitions.js';
import { lakeState } from '../project/synthetic-data.js';
import { type CommandContext, printLines } from './context.js';
import { openProject } from './open-project.js';

export interface RawDiffOptions {
  readonly project?: string;
  readonly lake?: string | false;
  readonly out?: string;
  readonly from: string;
  readonly to?: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly allowBreaking?: boolean;
}

/** `tessera diff`: what changes between two states of a project's definitions, and what that costs. */
export async function diffCommand(raw: RawDiffOptions, context: CommandContext): Promise<void> {
  if (raw.json === true && raw.markdown === true)
    throw badOptions([{ option: '--markdown', message: 'does not go with --json' }]);
  const { lake, ...asked } = raw;
  const { config, load } = await openProject(
    { ...asked, ...(typeof lake === 'string' && { lake }) },
    context,
  );
  const { diffMarkdown, diffProjects } = await import('@tessera/compiler');
  const before = await stateOf(raw.from, config.folder, context);
  // What the working folder has can be planned over the lake.
  const project =
    raw.to === undefined
      ? (await loadDefinitions(config, load, context.cwd, config.folder)).project
      : null;
  const after =
    project === null
      ? await stateOf(raw.to ?? '', config.folder, context)
      : await artefactsFor(project);
  const diff = diffProjects(before, after);
  const isLooked = project !== null && lake !== false && lakeState(config.lake) !== 'missing';
  const costs = isLooked
    ? await costsOf(diff, project, config, context)
    : new Map<string, string>();
  if (raw.json === true)
    context.terminal.out(printJson({ command: 'diff', ...diff, costs: Object.fromEntries(costs) }));
  else if (raw.markdown === true) context.terminal.out(diffMarkdown(diff, costs));
  else printLines(context, diffLines(diff, costs, context.terminal.outStyle));
  if (diff.refused.length > 0 && raw.allowBreaking !== true)
    throw new TesseraError('BREAKING_CHANGE', {
      names: diff.refused.map((id) => id.slice(id.indexOf(' ') + 1)),
    });
}

/** What building each rebuilt object again would take, by its plan. */
async function costsOf(
  diff: ProjectDiff,
  project: Project,
  config: ProjectConfig,
  context: CommandContext,
): Promise<Map<string, string>> {
  const engine = await context.loadEngine();
  const costs = new Map<string, string>();
  const asked = new Set(
    diff.changes
      .filter(({ rebuild, what }) => rebuild.dataset || what === 'added')
      .map(({ id }) => id),
  );
  for (const definition of [...project.joins, ...project.groupBys]) {
    const id = `${definition.kind} ${definition.name}`;
    if (!asked.has(id)) continue;
    const options = {
      ...{ lake: config.lake, out: config.out, planOnly: true },
      signal: context.interrupts.signal,
    };
    const { plan } =
      definition.kind === 'join'
        ? await engine.trainSet(definition, options)
        : await engine.backfill(definition, options);
    const { estimate, toBuild } = plan;
    const seconds = estimate === null ? '' : `, about ${formatSeconds(estimate.seconds)}`;
    costs.set(
      id,
      `${formatAmount(toBuild, 'partition')} to build: reads ${formatBytes(plan.readBytes)}${seconds}`,
    );
  }
  return costs;
}
