import { formatType, isScalar, parseType } from '../data-type.js';
import { conditionError, readCondition } from '../expression/read.js';
import type { Expression } from '../expression/tree.js';
import { isInputColumn } from '../input-columns.js';
import type { ColumnSpec, SourceSpec } from '../spec.js';
import { checkPiece } from './names.js';
import type { Report } from './report.js';

/** A source as far as looking up its columns goes. */
export type Columns = Pick<SourceSpec, 'name' | 'columns'> & {
  /** Declared columns whose type could not be read: known to exist, already reported. */
  readonly broken?: readonly string[];
};

/** `{ amount: 'double', user_id: 'string!' }` as column specs in the order written. */
export function readColumns(
  columns: Readonly<Record<string, string>>,
  report: Report,
): { readonly columns: readonly ColumnSpec[]; readonly broken: readonly string[] } {
  const specs: ColumnSpec[] = [];
  const broken: string[] = [];
  for (const [name, written] of Object.entries(columns)) {
    checkPiece('columns', name, report);
    const reserved = report.as('RESERVED_NAME');
    if (name.startsWith('__')) {
      reserved.option(
        'columns',
        `cannot hold \`${name}\`: names that begin with two underscores are ours`,
      );
    }
    if (name !== 'ds' && name.toLowerCase() === 'ds') {
      reserved.option(
        'columns',
        `cannot hold \`${name}\`: without regard to case it is the partition label \`ds\``,
      );
    }
    const trimmed = written.trim();
    const nullable = !trimmed.endsWith('!');
    const type = report
      .inside(`columns.${name}`)
      .attempt(() => parseType(nullable ? trimmed : trimmed.slice(0, -1)));
    if (type === undefined) broken.push(name);
    else specs.push({ name, type, nullable });
  }
  const byLower = new Map<string, string>();
  for (const name of Object.keys(columns)) {
    const other = byLower.get(name.toLowerCase());
    if (other === undefined) byLower.set(name.toLowerCase(), name);
    else {
      // DuckDB and Spark read column names without case: one of the two would shadow the other.
      report
        .as('COLUMN_NAME_CASE')
        .add(
          'DUPLICATE_COLUMN_NAME',
          { name, first: `column \`${other}\``, second: `column \`${name}\`` },
          'Upper and lower case are one name: rename one of them in the data.',
        );
    }
  }
  return { columns: specs, broken };
}

/** The column of a source, or undefined after reporting UNKNOWN_COLUMN. */
export function findColumn(
  source: Columns,
  column: string,
  report: Report,
  advice?: string,
): ColumnSpec | undefined {
  const found = source.columns.find((candidate) => candidate.name === column);
  if (found === undefined && !source.broken?.includes(column)) {
    const columns = source.columns
      .filter((candidate) => !isInputColumn(candidate))
      .map((candidate) => candidate.name);
    report.add('UNKNOWN_COLUMN', {
      ...{ source: source.name, column, columns },
      ...(advice !== undefined && { advice }),
    });
  }
  return found;
}

/** As `findColumn`; the column must be a scalar: what keys, buckets and tie-breakers are. */
export function checkScalar(
  source: Columns,
  named: { readonly option: string; readonly column: string | undefined },
  report: Report,
): void {
  const { option, column } = named;
  if (column === undefined) return;
  const found = findColumn(source, column, report);
  if (found === undefined || isScalar(found.type)) return;
  report
    .as('NOT_SCALAR')
    .option(option, `cannot be \`${column}\`, which is ${formatType(found.type)}`);
}

/** Keys of entities or a groupBy: at least one, each once, scalar columns. */
export function checkKeys(source: Columns, keys: readonly string[], report: Report): void {
  if (keys.length === 0) report.as('KEYS_EMPTY').option('keys', 'needs at least one column');
  const seen = new Set<string>();
  for (const key of keys) {
    if (seen.has(key)) report.as('KEYS_REPEATED').option('keys', `names \`${key}\` twice`);
    seen.add(key);
    checkScalar(source, { option: 'keys', column: key }, report.inside('keys'));
  }
}

/**
 * The canonical tree of a `where`, or undefined when there is none or it could not be read. Names and types are looked
 * at only where every column's type is known.
 */
export function readWhere(where: unknown, source: Columns, report: Report): Expression | undefined {
  if (where === undefined) return undefined;
  const whole = (source.broken?.length ?? 0) === 0;
  const { expression, text, problems } = readCondition(where, whole ? source.columns : null);
  for (const problem of problems) {
    const { code, params } = conditionError(text, problem);
    report.add(code, params);
  }
  return expression;
}
