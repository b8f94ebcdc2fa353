import path from 'node:path';
import { formatType } from '@tessera/api';
import { type LookedAt, lookAt } from '../describe/look.js';
import { sourceText, unusableText } from '../describe/source-text.js';
import { identifier } from '../describe/ts-text.js';
import { badOptions } from '../failures.js';
import { printJson } from '../output/json-document.js';
import { shownPath } from '../paths.js';
import type { CommandContext } from './context.js';

export interface RawSchemaOptions {
  readonly as?: string;
  readonly lake?: string;
  readonly json?: boolean;
}

/** `tessera schema <path>`: the sources that its tables would be, as TypeScript. */
export async function schemaCommand(
  folder: string,
  raw: RawSchemaOptions,
  context: CommandContext,
): Promise<void> {
  const asked = checkKind(raw.as);
  context.interrupts.listen();
  const { tables, others } = await lookAt(
    [path.resolve(context.cwd, folder)],
    context.interrupts.signal,
  );
  const lake = raw.lake === undefined ? null : path.resolve(context.cwd, raw.lake);
  const pathOf = (file: string) => (lake === null ? file : shownPath(lake, file));
  if (raw.json === true) {
    const documents = tables.map((one) => tableDocument(one, pathOf(one.table.path)));
    context.terminal.out(printJson({ command: 'schema', tables: documents, otherFiles: others }));
    return;
  }
  context.terminal.out(`${sourcesFile(tables, { asked, pathOf })}\n`);
}

function checkKind(as: string | undefined): 'events' | 'entities' | null {
  if (as === undefined) return null;
  if (as === 'events' || as === 'entities') return as;
  throw badOptions([{ option: '--as', message: `is neither events nor entities: \`${as}\`` }]);
}

/** A whole file of sources: the import, then a definition or a comment per table. Throws BAD_OPTION. */
export function sourcesFile(
  tables: readonly LookedAt[],
  {
    asked,
    pathOf,
  }: {
    readonly asked: 'events' | 'entities' | null;
    readonly pathOf: (file: string) => string;
  },
): string {
  const used = new Set<string>();
  const kinds = new Set<string>();
  const mistakes: { option: string; message: string }[] = [];
  const texts = tables.map(({ table, suggestion }) => {
    const kind = asked ?? suggestion.kind;
    const known = {
      table,
      suggestion,
      kind,
      name: sourceName(table.name),
      path: pathOf(table.path),
    };
    if (!suggestion.possible.includes(kind)) {
      if (asked !== null) {
        mistakes.push({ option: '--as', message: impossible(asked, { table, suggestion }) });
      }
      return unusableText(known);
    }
    kinds.add(kind);
    return sourceText({ ...known, constant: identifier(table.name, used) });
  });
  // Of many tables, those that cannot be what was asked for are told in their place.
  if (mistakes.length === tables.length) throw badOptions(mistakes);
  const imports =
    kinds.size === 0 ? [] : [`import { ${[...kinds].sort().join(', ')} } from '@tessera/api';`];
  return [...imports, ...texts].join('\n\n');
}

function impossible(kind: 'events' | 'entities', { table, suggestion }: LookedAt): string {
  const [text] = suggestion.unreadableTimes;
  const lacks =
    kind === 'entities'
      ? 'no column identifies a row'
      : text === undefined
        ? 'no column says when a row happened'
        : `\`${text.column}\` holds instants that are not typed as such (without --as it is told how to rewrite it)`;
  return `${kind} is not what ${table.name} can be: ${lacks}`;
}

/** A file's name as a source's: it becomes a piece of column names. */
export function sourceName(name: string): string {
  const clean = name
    .toLowerCase()
    .replace(/[^\p{L}\p{Nd}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
  return clean === '' ? 'table' : clean;
}

function tableDocument({ table, suggestion }: LookedAt, shown: string) {
  const { name, format, layout, files, bytes, rows, sampledRows, columns, leftOut, notes } = table;
  return {
    name,
    path: shown,
    format,
    layout,
    files: files.length,
    bytes,
    rows,
    sampledRows,
    columns: columns.map((column) => ({ ...column, type: formatType(column.type) })),
    leftOut,
    notes,
    ...suggestion,
    times: suggestion.times.map(({ column, type }) => ({ column, type: formatType(type) })),
  };
}
