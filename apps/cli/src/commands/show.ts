import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { TesseraError } from '@tessera/api';
import { datasetPath, openPublished, type Published } from '@tessera/lake';
import { badOptions, unknownName } from '../failures.js';
import { formatAmount, formatBytes } from '../output/numbers.js';
import { doneLine } from '../output/style.js';
import { shownPath } from '../paths.js';
import { loadDefinitions } from '../project/load-definitions.js';
import { findColumns } from '../show/find-columns.js';
import { showColumn, showDataset } from '../show/show-dataset.js';
import { withSession } from '../show/with-session.js';
import { type CommandContext, printLines } from './context.js';
import { type OpenProject, openProject } from './open-project.js';

export interface RawShowOptions {
  readonly groupBy?: string;
  readonly project?: string;
  readonly out?: string;
  readonly rows?: string;
  readonly columns?: string;
  readonly column?: string;
  readonly json?: boolean;
}

/** What to show, checked. */
export interface ShowRequest {
  readonly rows: number;
  readonly columns: readonly string[] | null;
  readonly json: boolean;
}

const DEFAULT_ROWS = 10;
const MAX_ROWS = 100_000;

/** `tessera show [join]`: what is published of a join or a groupBy. */
export async function showCommand(
  join: string | undefined,
  raw: RawShowOptions,
  context: CommandContext,
): Promise<void> {
  const request = checkShow(join, raw);
  const project = await openProject(raw, context);
  const kind = raw.groupBy === undefined ? 'train-sets' : 'group-bys';
  const name = raw.groupBy ?? join ?? (await onlyOne(project, context));
  const folder = datasetPath(project.config.out, kind, name);
  context.interrupts.listen();
  await withSession(context.interrupts.signal, async (session) => {
    // A name that climbs out of the folder names no dataset.
    const inside = path.dirname(folder) === path.join(project.config.out, kind);
    const dataset = inside ? await openPublished(session, folder) : null;
    if (dataset === null) throw await notThere({ project, kind, name, folder, raw }, context);
    findColumns(name, dataset, raw.column === undefined ? (request.columns ?? []) : [raw.column]);
    const shown = shownPath(context.cwd, folder);
    if (!request.json) printLines(context, headLines({ name, shown, dataset }, context));
    if (raw.column === undefined) await showDataset({ name, dataset, request }, session, context);
    else await showColumn({ name, dataset, request, column: raw.column }, session, context);
  });
}

function checkShow(join: string | undefined, raw: RawShowOptions): ShowRequest {
  const mistakes: { option: string; message: string }[] = [];
  if (join !== undefined && raw.groupBy !== undefined) {
    mistakes.push({ option: '--group-by', message: `is one thing to show, join ${join} another` });
  }
  const rows = raw.rows === undefined ? DEFAULT_ROWS : Number(raw.rows);
  if (!/^\d+$/.test(raw.rows ?? '1') || rows > MAX_ROWS) {
    const message = `is not a whole number from 0 to ${MAX_ROWS}: \`${raw.rows}\``;
    mistakes.push({ option: '--rows', message });
  }
  if (raw.column !== undefined && raw.columns !== undefined) {
    mistakes.push({
      option: '--columns',
      message: 'picks columns of rows, --column shows one: give one of them',
    });
  }
  if (mistakes.length > 0) throw badOptions(mistakes);
  const columns = raw.columns
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return { rows, columns: columns ?? null, json: raw.json === true };
}

function headLines(
  {
    name,
    shown,
    dataset,
  }: { readonly name: string; readonly shown: string; readonly dataset: Published },
  { terminal }: CommandContext,
): string[] {
  const { partitions, rows, bytes, columns, lost } = dataset;
  const days = `${partitions[0]?.ds ?? ''} … ${partitions.at(-1)?.ds ?? ''}`;
  const facts = [
    formatAmount(rows, 'row'),
    `${formatAmount(partitions.length, 'partition')}${partitions.length > 0 ? ` (${days})` : ''}`,
    formatAmount(columns.length, 'column'),
    formatBytes(bytes),
  ];
  const gone =
    lost.length === 0
      ? []
      : [
          `  ${formatAmount(lost.length, 'partition')} of the manifest are gone: train-set builds them again`,
        ];
  return [doneLine(terminal.outStyle, name, facts.join(' · ')), `  ${shown}`, ...gone, ''];
}

/** Without a name: the one training set there is. */
async function onlyOne({ config }: OpenProject, context: CommandContext): Promise<string> {
  const names = datasets(path.join(config.out, 'train-sets'));
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  if (names.length > 1) {
    throw new TesseraError(
      'BAD_OPTION',
      { option: 'show', reason: `needs a name: ${names.length} training sets are published` },
      { hint: names.join(', ') },
    );
  }
  throw new TesseraError('NOT_PUBLISHED', {
    name: 'this project',
    path: shownPath(context.cwd, path.join(config.out, 'train-sets')),
    command: 'tessera train-set',
  });
}

function datasets(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(path.join(folder, name, '_manifest.json')))
    .sort();
}

interface Asked {
  readonly project: OpenProject;
  readonly kind: 'train-sets' | 'group-bys';
  readonly name: string;
  readonly folder: string;
  readonly raw: RawShowOptions;
}

/** A name that is defined was not built; any other is a slip. */
async function notThere(
  { project, kind, name, folder, raw }: Asked,
  context: CommandContext,
): Promise<TesseraError> {
  const definitions = await loadDefinitions(project.config, project.load, context.cwd);
  const isJoin = kind === 'train-sets';
  const known = isJoin ? definitions.joins : definitions.groupBys;
  if (!known.has(name)) {
    const names = new Set([...known.keys(), ...datasets(path.join(project.config.out, kind))]);
    return unknownName(isJoin ? 'join' : 'groupBy', name, [...names]);
  }
  const options = [
    ...(raw.project === undefined ? [] : [`--project ${raw.project}`]),
    ...(raw.out === undefined ? [] : [`--out ${raw.out}`]),
  ];
  const command = isJoin
    ? `tessera train-set --join=${name}`
    : `tessera backfill --group-by=${name}`;
  return new TesseraError('NOT_PUBLISHED', {
    name,
    path: shownPath(context.cwd, folder),
    command: [command, ...options].join(' '),
  });
}
