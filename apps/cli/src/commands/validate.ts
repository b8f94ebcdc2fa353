import { type GroupBySpec, type JoinSpec, TesseraError } from '@tessera/api';
import type { Project } from '@tessera/compiler';
import type { Finding, ProjectFacts } from '@tessera/validators';
import { plannedRuns, runByThemselves } from '../compiled/planned-runs.js';
import { badOptions, unknownName } from '../failures.js';
import { isDay, readBytes, readWhole } from '../options.js';
import { countsText, findingLines } from '../output/finding-lines.js';
import { printJson } from '../output/json-document.js';
import { formatElapsed } from '../output/numbers.js';
import { doneLine, noteLine } from '../output/style.js';
import { shownPath } from '../paths.js';
import { loadFiles } from '../project/load-project.js';
import { lakeState } from '../project/synthetic-data.js';
import { type CommandContext, printLines } from './context.js';
import { openProject } from './open-project.js';

export interface RawValidateOptions {
  readonly project?: string;
  readonly lake?: string | false;
  readonly out?: string;
  readonly join?: readonly string[];
  readonly start?: string;
  readonly end?: string;
  readonly maxRows?: string;
  readonly maxBytes?: string;
  readonly maxMemory?: string;
  /** False: runs are not planned. */
  readonly estimates?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `tessera validate`: every rule over a project's definitions and, where there is one, its lake; nothing is computed. */
export async function validateCommand(
  raw: RawValidateOptions,
  context: CommandContext,
): Promise<void> {
  const startedMs = performance.now();
  const { range, limits } = checkedOptions(raw);
  const { lake, ...asked } = raw;
  const { config, load } = await openProject(
    { ...asked, ...(typeof lake === 'string' && { lake }) },
    context,
  );
  const { parse, validateProject } = await import('@tessera/compiler');
  const project = only(parse(await loadFiles(config, load, context.cwd)), raw.join);
  context.interrupts.listen();
  const { expressionProblems, lookAtSources, typeOpinions } = await import('@tessera/engine');
  const definitions = [...project.joins, ...project.groupBys];
  const isLooked = lake !== false && lakeState(config.lake) !== 'missing';
  const looked = isLooked
    ? await lookAtSources(definitions, {
        lake: config.lake,
        out: config.out,
        counts: true,
        signal: context.interrupts.signal,
      })
    : null;
  const planned =
    isLooked && raw.estimates !== false
      ? await plannedRuns(runByThemselves(project), config, context, range)
      : null;
  const facts: ProjectFacts | null = looked && {
    ...looked,
    ...(planned && { runs: planned.runs }),
  };
  const { signal } = context.interrupts;
  const told = [
    ...expressionProblems(definitions),
    ...(await typeOpinions(definitions, { signal })),
    ...(looked?.problems ?? []),
  ];
  // What makes a plan impossible was told above, in most cases.
  const messages = new Set(told.map(({ message }) => message));
  told.push(...(planned?.problems ?? []).filter(({ message }) => !messages.has(message)));
  const findings = validateProject(
    project,
    { told, facts, range, limits: { ...config.limits, ...limits } },
    { strict: raw.strict === true },
  );
  if (raw.json === true) {
    const estimates = Object.fromEntries(planned?.runs ?? []);
    const document = {
      ...{ command: 'validate', lake: isLooked, objects: countsOf(project) },
      ...{ findings, estimates },
    };
    context.terminal.out(printJson(document));
  } else {
    const style = context.terminal.outStyle;
    printLines(context, [
      ...findingLines(findings, style),
      ...(isLooked
        ? []
        : [noteLine(style, 'not looked at', lakeWords(lake, shownPath(context.cwd, config.lake)))]),
    ]);
  }
  refuse(findings);
  if (raw.json === true) return;
  const words = `${objectsText(countsOf(project))} · ${countsText(findings)}`;
  const took = formatElapsed(performance.now() - startedMs);
  printLines(context, [doneLine(context.terminal.outStyle, 'validated', `${words}   ${took}`)]);
}

/** Throws VALIDATION_FAILED where a finding is an error. */
export function refuse(findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  throw new TesseraError('VALIDATION_FAILED', {
    errors: new Set(errors.map(({ rule }) => rule)).size,
    objects: new Set(errors.map(({ at }) => at)).size,
  });
}

const lakeWords = (lake: string | false | undefined, shown: string): string =>
  lake === false ? 'the lake (--no-lake)' : `the lake: there is nothing at ${shown}`;

/** The project as far as the joins that are asked for need it. Throws UNKNOWN_JOIN. */
function only(project: Project, asked: readonly string[] | undefined): Project {
  if (asked === undefined) return project;
  const names = project.joins.map(({ name }) => name);
  // Of a project that could not be loaded nobody knows what it has.
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown !== undefined && project.told.length === 0) throw unknownName('join', unknown, names);
  return restricted(
    project,
    project.joins.filter(({ name }) => asked.includes(name)),
  );
}

/** A project with these definitions and what they need. */
export function restricted(
  project: Project,
  definitions: readonly (JoinSpec | GroupBySpec)[],
): Project {
  const joins = definitions.filter((one) => one.kind === 'join');
  const used = new Set<GroupBySpec>([
    ...definitions.filter((one) => one.kind === 'groupBy'),
    ...joins.flatMap(({ parts }) => parts.map(({ groupBy }) => groupBy)),
  ]);
  return { ...project, joins, groupBys: project.groupBys.filter((one) => used.has(one)) };
}

/** How many objects of each kind. */
export interface ProjectCounts {
  readonly joins: number;
  readonly groupBys: number;
  readonly sources: number;
}

export function countsOf({ joins, groupBys, sources }: Project): ProjectCounts {
  return { joins: joins.length, groupBys: groupBys.length, sources: sources.length };
}

export function objectsText({ joins, groupBys, sources }: ProjectCounts): string {
  const text = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  return [text(joins, 'join'), text(groupBys, 'groupBy'), text(sources, 'source')].join(', ');
}

function checkedOptions({ start, end, maxRows, maxBytes, maxMemory }: RawValidateOptions) {
  const mistakes = Object.entries({ '--start': start, '--end': end }).flatMap(([option, text]) =>
    text === undefined || isDay(text)
      ? []
      : [{ option, message: `is not a day written YYYY-MM-DD: ${JSON.stringify(text)}` }],
  );
  const limit = (
    option: string,
    text: string | undefined,
    read: (text: string) => number | null,
    what: string,
  ): number | undefined => {
    const value = text === undefined ? undefined : read(text);
    if (value !== null && value !== 0) return value;
    mistakes.push({ option, message: `is not ${what}: ${JSON.stringify(text)}` });
    return undefined;
  };
  const limits = {
    runRows: limit('--max-rows', maxRows, readWhole, 'a whole number above 0'),
    runBytes: limit('--max-bytes', maxBytes, readBytes, 'a size like 512MB or 4GB'),
    runMemoryBytes: limit('--max-memory', maxMemory, readBytes, 'a size like 512MB or 4GB'),
  };
  if (mistakes.length > 0) throw badOptions(mistakes);
  return {
    range: { ...(start !== undefined && { start }), ...(end !== undefined && { end }) },
    limits: Object.fromEntries(
      Object.entries(limits).filter(([, value]) => value !== undefined),
    ) as Partial<Record<keyof typeof limits, number>>,
  };
}
