import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { definitionHash, TesseraError } from '@tessera/api';
import type { GraphNode, LineageGraph, Project } from '@tessera/compiler';
import type { LakeLook } from '@tessera/engine';
import { type PlannedRun, plannedRuns, plannedText } from '../compiled/planned-runs.js';
import { artefactsFor } from '../compiled/state-of.js';
import { printJson } from '../output/json-document.js';
import { lineageLines } from '../output/lineage-lines.js';
import { formatAmount, formatBytes, formatCount } from '../output/numbers.js';
import { doneLine } from '../output/style.js';
import { shownPath } from '../paths.js';
import { loadDefinitions } from '../project/load-definitions.js';
import { lakeState } from '../project/synthetic-data.js';
import { type CommandContext, printLines } from './context.js';
import { openProject } from './open-project.js';

export interface RawLineageOptions {
  readonly project?: string;
  readonly lake?: string | false;
  readonly out?: string;
  readonly column?: string;
  readonly report?: string;
  readonly json?: boolean;
}

/** `tessera lineage`: which stored columns every output column is made of, as text, JSON, or one HTML page. */
export async function lineageCommand(
  of: string | undefined,
  raw: RawLineageOptions,
  context: CommandContext,
): Promise<void> {
  const { lake, ...asked } = raw;
  const { config, load } = await openProject(
    { ...asked, ...(typeof lake === 'string' && { lake }) },
    context,
  );
  const { project } = await loadDefinitions(config, load, context.cwd, config.folder);
  const { lineageGraph, reportHtml, validateProject } = await import('@tessera/compiler');
  const { lookAtSources } = await import('@tessera/engine');
  const isLooked =
    raw.report !== undefined && lake !== false && lakeState(config.lake) !== 'missing';
  const looked = isLooked
    ? await lookAtSources([...project.joins, ...project.groupBys], {
        ...{ lake: config.lake, out: config.out, signal: context.interrupts.signal },
      })
    : null;
  const planned = isLooked
    ? (await plannedRuns([...project.joins, ...project.groupBys], config, context)).runs
    : new Map<string, PlannedRun>();
  const findings = validateProject(project, {
    ...{ limits: config.limits, told: looked?.problems ?? [] },
    facts: looked && { ...looked, runs: planned },
  });
  const costs = looked === null ? new Map<string, string>() : costsOf(project, looked, planned);
  const graph = lineageGraph(await artefactsFor(project), { findings, costs });
  const nodes = chosen(graph, of, raw.column);
  if (raw.report !== undefined) {
    const file = path.resolve(context.cwd, raw.report);
    writeFileSync(file, reportHtml(graph, `Features of ${path.basename(config.folder)}`));
    if (raw.json !== true)
      printLines(context, [
        doneLine(context.terminal.outStyle, 'report', shownPath(context.cwd, file)),
      ]);
  }
  if (raw.json === true)
    context.terminal.out(printJson({ command: 'lineage', nodes, edges: graph.edges }));
  else if (raw.report === undefined)
    printLines(context, lineageLines(nodes, raw.column, context.terminal.outStyle));
}

/** Objects that are asked about. Throws UNKNOWN_COLUMN, UNKNOWN_GROUP_BY. */
function chosen(
  { nodes }: LineageGraph,
  name: string | undefined,
  column: string | undefined,
): readonly GraphNode[] {
  const named = name === undefined ? nodes : nodes.filter((node) => node.name === name);
  if (named.length === 0)
    throw new TesseraError('UNKNOWN_GROUP_BY', {
      name: name ?? '',
      names: nodes.map((node) => node.name),
    });
  if (column === undefined)
    return name === undefined ? named.filter(({ kind }) => kind !== 'source') : named;
  const found = named.flatMap((node) => {
    const columns = node.columns.filter(
      (one) => one.name === column || one.from?.includes(column) === true,
    );
    return columns.length === 0 ? [] : [{ ...node, columns }];
  });
  if (found.length > 0) return found;
  const columns = [
    ...new Set(
      named.flatMap((node) => node.columns.flatMap((one) => [one.name, ...(one.from ?? [])])),
    ),
  ];
  throw new TesseraError('UNKNOWN_COLUMN', { source: name ?? 'the project', column, columns });
}

/** What sources hold, and what joins read of them. */
function costsOf(
  project: Project,
  { sources }: LakeLook,
  planned: ReadonlyMap<string, PlannedRun>,
): Map<string, string> {
  const of = (source: Project['sources'][number]) => sources.get(definitionHash(source));
  const costs = new Map<string, string>();
  for (const source of project.sources) {
    const look = of(source);
    if (look === undefined) continue;
    const days = look.days.length > 0 ? `${formatAmount(look.days.length, 'day')}, ` : '';
    costs.set(
      `source ${source.name}`,
      `${days}${formatCount(look.rows)} rows, ${formatBytes(look.bytes)}`,
    );
  }
  for (const definition of [...project.groupBys, ...project.joins]) {
    const read =
      definition.kind === 'groupBy'
        ? [definition.source]
        : [definition.left, ...definition.parts.map(({ groupBy }) => groupBy.source)];
    const looks = [...new Set(read)].flatMap((source) => of(source) ?? []);
    const rows = looks.reduce((sum, look) => sum + look.rows, 0);
    const bytes = looks.reduce((sum, look) => sum + look.bytes, 0);
    const id = `${definition.kind} ${definition.name}`;
    const run = planned.get(id);
    const all = `all of its sources: ${formatCount(rows)} rows, ${formatBytes(bytes)}`;
    costs.set(id, run === undefined ? all : `${plannedText(run)}; ${all}`);
  }
  return costs;
}
