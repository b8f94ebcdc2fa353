import { combineProblems, TesseraError } from '@tessera/api';
import type { Project, ProjectDiff } from '@tessera/compiler';
import { type PlannedRun, plannedRuns, plannedText } from '../compiled/planned-runs.js';
import { artefactsFor, stateOf } from '../compiled/state-of.js';
import { badOptions } from '../failures.js';
import { diffLines } from '../output/diff-lines.js';
import { printJson } from '../output/json-document.js';
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
  const runs = isLooked
    ? await runsOf(diff, project, config, context)
    : new Map<string, PlannedRun>();
  const costs = new Map([...runs].map(([id, run]) => [id, plannedText(run)]));
  if (raw.json === true)
    context.terminal.out(
      printJson({
        ...{ command: 'diff', ...diff, costs: Object.fromEntries(costs) },
        estimates: Object.fromEntries(runs),
      }),
    );
  else if (raw.markdown === true) context.terminal.out(diffMarkdown(diff, costs));
  else printLines(context, diffLines(diff, costs, context.terminal.outStyle));
  if (diff.refused.length > 0 && raw.allowBreaking !== true)
    throw new TesseraError('BREAKING_CHANGE', {
      names: diff.refused.map((id) => id.slice(id.indexOf(' ') + 1)),
    });
}

/** What building each rebuilt object again would take, by its plan. */
async function runsOf(
  diff: ProjectDiff,
  project: Project,
  config: ProjectConfig,
  context: CommandContext,
): Promise<ReadonlyMap<string, PlannedRun>> {
  const asked = new Set(
    diff.changes
      .filter(({ rebuild, what }) => rebuild.dataset || what === 'added')
      .map(({ id }) => id),
  );
  const definitions = [...project.joins, ...project.groupBys].filter(({ kind, name }) =>
    asked.has(`${kind} ${name}`),
  );
  const { runs, problems } = await plannedRuns(definitions, config, context);
  // Nothing can be said of what cannot be planned: that is a failure, not a diff without costs.
  if (problems.length > 0) throw combineProblems(problems);
  return runs;
}
