import { existsSync, mkdirSync, readdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isEpoch, TesseraError } from '@tessera/api';
import { openDuckDb, recentDays } from '@tessera/lake';
import { type LookedAt, lookAt } from '../describe/look.js';
import { identifier } from '../describe/ts-text.js';
import { badOptions } from '../failures.js';
import { featuresText, type Recent, sourcesText } from '../new-project/definition-files.js';
import { designProject, type ProjectDesign } from '../new-project/design.js';
import { featureTestText } from '../new-project/feature-test-file.js';
import { configText, GITIGNORE, packageJson, tsconfigJson } from '../new-project/package-files.js';
import { readmeText } from '../new-project/readme-file.js';
import { commandText, findHome } from '../new-project/types-home.js';
import { formatAmount, formatCount } from '../output/numbers.js';
import { doneLine, INDENT, noteLine } from '../output/style.js';
import { alignRows, cutText } from '../output/text-width.js';
import { shownPath } from '../paths.js';
import { loadDefinitions } from '../project/load-definitions.js';
import { readVersion } from '../version.js';
import { type CommandContext, printLines } from './context.js';
import { openProject } from './open-project.js';

export interface RawInitOptions {
  readonly from?: readonly string[];
}

/** A dataset has a folder per day: a first one is not made of more. */
const FIRST_DAYS = 365;

/** `tessera init <folder> --from <path>`: a project over real tables, whose first training set needs no edit. */
export async function initCommand(
  folder: string,
  raw: RawInitOptions,
  context: CommandContext,
): Promise<void> {
  const style = context.terminal.outStyle;
  const from = (raw.from ?? []).map((one) => path.resolve(context.cwd, one));
  if (from.length === 0) {
    throw badOptions([
      { option: '--from', message: 'is needed: the folder or file with your data' },
    ]);
  }
  const target = path.resolve(context.cwd, folder);
  checkEmpty(target, shownPath(context.cwd, target));
  context.interrupts.listen();
  const { signal } = context.interrupts;
  const { tables, others } = await lookAt(from, signal);
  const design = designProject(tables);
  if (design === null) throw noEvents(tables);
  const recent = await findRecent(design);
  printLines(context, [
    doneLine(
      style,
      'looked at',
      `${design.tables.length} of ${tables.length} tables can be sources`,
    ),
    ...tableLines(tables).map((line) => cutText(INDENT + line, Math.max(60, style.columns))),
    ...(others.length > 0
      ? [noteLine(style, 'not looked at', others.map((file) => path.basename(file)).join(', '))]
      : []),
  ]);
  if (signal.aborted) throw new TesseraError('INTERRUPTED', {});

  const files = projectFiles({ target, design, recent, tables });
  writeProject(target, files);
  // What was written is what a run reads: a mistake of ours is told here, not later.
  const project = await openProject({ project: target }, context);
  await loadDefinitions(project.config, project.load, context.cwd);
  const shown = shownPath(context.cwd, target);
  const run = commandText(findHome(readVersion()));
  printLines(context, [
    doneLine(
      style,
      'written',
      `${shown}  ${Object.keys(files).length} files: features per ${design.key.name}, join ${design.join.name}`,
    ),
    ...(recent === null ? [] : [noteLine(style, 'worth knowing', recent.note)]),
    '',
    `  ${run} train-set --project ${quoted(shown)}`,
    `  ${run} show --project ${quoted(shown)}`,
    `  ${run} test --project ${quoted(shown)}`,
  ]);
}

/** A path in a command line. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function checkEmpty(target: string, shown: string): void {
  const found = statSync(target, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory())
    throw new TesseraError('FOLDER_IN_USE', { path: shown, found: 'a file of that name' });
  const [first] = readdirSync(target).sort();
  if (first !== undefined) throw new TesseraError('FOLDER_IN_USE', { path: shown, found: first });
}

function noEvents(tables: readonly LookedAt[]): TesseraError {
  const fixes = tables.flatMap(({ table, suggestion }) =>
    suggestion.unreadableTimes.map(({ column }) => `${table.name}.${column}`),
  );
  const hint =
    fixes.length === 0
      ? undefined
      : `${fixes.join(', ')}: instants that are not typed as such. \`tessera schema\` prints the SQL that rewrites them.`;
  const params = { tables: tables.map(({ table }) => table.name) };
  return new TesseraError('NO_EVENTS', params, hint === undefined ? {} : { hint });
}

/** The last days of a left that has very many, as a source of its own; features still read all of history. */
async function findRecent(design: ProjectDesign): Promise<Recent | null> {
  const { table, suggestion, constant, name } = design.events;
  const [time] = suggestion.times;
  if (time === undefined || table.layout === 'hive') return null;
  const session = await openDuckDb({ threads: 2 });
  try {
    const { days, first } = await recentDays(session, table, time, FIRST_DAYS);
    if (days <= FIRST_DAYS || first === null) return null;
    const perMs = { epoch_s: 0.001, epoch_ms: 1, epoch_us: 1000 };
    const bound = isEpoch(time.type)
      ? String(Date.parse(first) * perMs[time.type.kind as keyof typeof perMs])
      : `'${first}'`;
    const used = new Set(design.tables.map((one) => one.constant));
    return {
      first,
      constant: identifier(`recent ${table.name}`, used),
      name: `recent_${name}`,
      where: `"${time.column.replaceAll('"', '""')}" >= ${bound}`,
      note: `Training rows are the last ${formatCount(FIRST_DAYS)} of ${formatCount(days)} days (a dataset has a folder per day); features read all of them. For more rows change the \`where\` in features/sources.ts, or take ${constant} as the left.`,
    };
  } finally {
    session.close();
  }
}

function tableLines(tables: readonly LookedAt[]): string[] {
  const rows = tables.map(({ table, suggestion }) => [
    table.name,
    suggestion.possible.includes(suggestion.kind) ? suggestion.kind : 'no source',
    table.rows === null ? '' : formatAmount(table.rows, 'row'),
    table.layout === 'hive'
      ? formatAmount(new Set(table.files.map(({ ds }) => ds)).size, 'partition')
      : formatAmount(table.files.length, 'file'),
    suggestion.kind === 'events' ? `time ${suggestion.times[0]?.column ?? ''}` : '',
  ]);
  return alignRows(rows, ['left', 'left', 'right', 'right', 'left']);
}

interface Written {
  readonly target: string;
  readonly design: ProjectDesign;
  readonly recent: Recent | null;
  readonly tables: readonly LookedAt[];
}

function projectFiles({ target, design, recent, tables }: Written): Record<string, string> {
  const real = realTarget(target);
  const home = findHome(readVersion());
  const lake = commonFolder(tables.map(({ table }) => table.path));
  const near = path.relative(path.dirname(target), lake);
  // Data that lies beside the project moves with it; other data stays where it is.
  const shownLake =
    near.startsWith('..') || path.isAbsolute(near) ? lake : path.relative(target, lake) || '.';
  const pathOf = (file: string) => path.relative(lake, file).split(path.sep).join('/');
  const chosen = new Set(design.tables.map(({ table }) => table.path));
  const rest = tables.filter(({ table }) => !chosen.has(table.path));
  const title = path.basename(target);
  return {
    'package.json': packageJson(title, real, home),
    'tsconfig.json': tsconfigJson(real, home),
    'tessera.config.ts': configText(shownLake),
    'features/sources.ts': sourcesText(design, rest, { recent, pathOf }),
    'features/training.ts': featuresText(design, recent),
    'test/training.test.ts': featureTestText(design, recent),
    'README.md': readmeText({ title, lake: shownLake, design, recent, home }),
    '.gitignore': GITIGNORE,
  };
}

/** Relative paths out of a folder start from where it really is. */
function realTarget(target: string): string {
  let known = target;
  while (!existsSync(known)) known = path.dirname(known);
  return path.join(realpathSync(known), path.relative(known, target));
}

function commonFolder(files: readonly string[]): string {
  const [first = '/', ...others] = files.map((file) => path.dirname(file));
  let folder = first;
  const isAbove = (other: string) =>
    other === folder || other.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
  while (!others.every(isAbove)) folder = path.dirname(folder);
  return folder;
}

/** `wx`: nothing that came into being meanwhile is overwritten. */
function writeProject(target: string, files: Readonly<Record<string, string>>): void {
  try {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(target, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text, { flag: 'wx' });
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TesseraError('NOT_WRITABLE', { path: target, reason }, { cause });
  }
}
