import {
  type ComputedColumn,
  computedColumns,
  DS,
  expressionColumns,
  formatExpression,
  type JoinSpec,
  type OutputColumn,
  TesseraError,
} from '@tessera/api';
import type { ExpressionColumn } from '@tessera/expr';
import { derivedOf } from '@tessera/planner';
import { checkDefinition } from '../check-options.js';
import { checkDerived } from '../expressions/check-derived.js';
import { compileDerived } from '../expressions/compile-derived.js';
import type { NamedType } from '../read-typed.js';
import { type Value, valueAt } from '../values/from-column.js';
import { columnFromValues, type InputValue } from '../values/to-column.js';
import type {
  DerivedExplanation,
  DerivedInput,
  ExplainDerivedOptions,
} from './derived-explanation.js';
import { explainValue } from './explain-value.js';
import type { Explanation } from './explanation.js';
import { instantText } from './instant.js';
import { leftValues } from './left-values.js';
import { readInstant } from './request.js';

/** Whether a column of the join is computed from others of its row. */
export function isDerived(join: JoinSpec, column: string): boolean {
  return computedColumns(join).some(
    (one) => one.column.name === column && one.column.expression !== undefined,
  );
}

/** A column that is read, directly or through others, as it comes to be known. */
interface Read extends NamedType {
  readonly spec: OutputColumn | undefined;
}

/** What a derived column reads, nearest first, each once. */
function readsOf(join: JoinSpec, first: OutputColumn, computed: readonly ComputedColumn[]): Read[] {
  const made = new Map(computed.map(({ column }) => [column.name, column]));
  const own = new Map(join.left.columns.map(({ name, type }) => [name, type]));
  const found = new Map<string, Read>();
  let level: readonly OutputColumn[] = [first];
  while (level.length > 0) {
    const next: OutputColumn[] = [];
    for (const { expression } of level)
      for (const name of expression === undefined ? [] : (expressionColumns(expression) ?? [])) {
        if (found.has(name)) continue;
        const spec = made.get(name);
        const type = spec?.type ?? (name === DS ? ({ kind: 'string' } as const) : own.get(name));
        if (type === undefined)
          throw new TesseraError('INTERNAL', { reason: `${join.name} lost its column ${name}` });
        found.set(name, { name, type, spec });
        if (spec !== undefined) next.push(spec);
      }
    level = next;
  }
  return [...found.values()];
}

/** One value as a column of one row. */
function oneRow({ name, type }: NamedType, value: Value | undefined): ExpressionColumn {
  const strings: string[] = [];
  const codeOf = (text: string): number => {
    const known = strings.indexOf(text);
    return known < 0 ? strings.push(text) - 1 : known;
  };
  const place = { table: 'inputs', column: name };
  return { column: columnFromValues(place, type, [value as InputValue], codeOf), strings };
}

/**
 * What a derived cell is made of: its expression, the value of everything that the expression reads, and for each feature among
 * these all that it was made of (`explainValue`). Its value is computed as a training set computes it.
 *
 * Throws   as `explainValue`; BAD_OPTION for left columns that are read and not given, UNKNOWN_COLUMN for what the left lacks
 */
export async function explainDerived(
  join: JoinSpec,
  options: ExplainDerivedOptions,
): Promise<DerivedExplanation> {
  checkDefinition('join', join);
  const computed = computedColumns(join);
  checkDerived(join, computed);
  const asked = computed.find(({ column }) => column.name === options.column)?.column;
  if (asked?.expression === undefined)
    throw new TesseraError('BAD_OPTION', { option: 'column', reason: 'is not derived' });
  const askedMs = readInstant(options.at);
  const reads = readsOf(join, asked, computed);
  const names = reads.map(({ name }) => name);
  const own = leftValues(join, asked.name, names, options, askedMs);
  const explained = new Map<string, Explanation>();
  for (const { name, spec } of reads)
    if (spec !== undefined && spec.expression === undefined)
      explained.set(name, await explainValue(join, { ...options, column: name }));
  const refused = [...explained.values()].find(({ outcome }) => outcome.kind === 'refused');

  const columns = new Map<string, ExpressionColumn>();
  for (const read of reads) {
    const outcome = explained.get(read.name)?.outcome;
    const value = outcome?.kind === 'value' ? outcome.value : own.get(read.name);
    if (read.spec?.expression === undefined) columns.set(read.name, oneRow(read, value));
  }
  const wanted = new Set([asked.name, ...names]);
  const derived = derivedOf(computed.filter(({ column }) => wanted.has(column.name)));
  const derive = compileDerived(
    derived,
    reads.filter(({ spec }) => spec?.expression === undefined),
  );
  for (const { name, column, strings } of derive({ rows: 1, columns }))
    columns.set(name, { column, strings });
  const cellOf = ({ name, type }: NamedType): Value => {
    const { column, strings = null } = columns.get(name)!;
    return valueAt(type, column, 0, strings, 'bigint');
  };
  const inputs = reads.map((read): DerivedInput => {
    const { name, type, spec } = read;
    const input = { name, type, value: cellOf(read) };
    const explanation = explained.get(name);
    if (explanation !== undefined) return { ...input, from: 'feature', explanation };
    return spec?.expression === undefined
      ? { ...input, from: 'left' }
      : { ...input, from: 'derived', expression: formatExpression(spec.expression) };
  });
  return {
    kind: 'derived',
    join: join.name,
    column: asked.name,
    type: asked.type,
    outcome: refused?.outcome ?? { kind: 'value', value: cellOf(asked) },
    expression: formatExpression(asked.expression),
    asked: instantText(askedMs),
    inputs,
  };
}
