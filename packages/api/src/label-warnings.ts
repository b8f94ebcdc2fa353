import { withInputs } from './column-hash.js';
import { expressionColumns } from './expression/walk.js';
import { isInputColumn } from './input-columns.js';
import { labelColumns } from './output-columns.js';
import type { GroupBySpec, JoinSpec, LabelSpec, SourceSpec } from './spec.js';

/** What is likely wrong with a definition, and in no run's way. */
export interface DefinitionWarning {
  readonly code: 'LABEL_INPUT_WITHOUT_LAG';
  readonly message: string;
  readonly hint: string;
}

/**
 * Parts that read what a label is made of, up to the row's own time: where it is known only later, as confirmed fraud is,
 * a model would learn from what it cannot know (S2.6, S2.7).
 */
export function labelWarnings(join: JoinSpec): DefinitionWarning[] {
  const { parts, labels = [] } = join;
  const names = labelColumns(join).map(({ name }) => name);
  const warnings = new Map<string, DefinitionWarning>();
  for (const [idx, label] of labels.entries()) {
    const made = madeOf(label);
    for (const { groupBy, lagMs } of parts) {
      if (lagMs > 0 || groupBy.source.path !== label.groupBy.source.path) continue;
      const read = made.filter((column) => readBy(groupBy).has(column));
      const [column] = read;
      // Windows of one label are told of once.
      const place = `${groupBy.name} ${read.join()}`;
      if (column === undefined || warnings.has(place)) continue;
      warnings.set(place, {
        code: 'LABEL_INPUT_WITHOUT_LAG',
        message: `${groupBy.name} reads \`${column}\` up to the row's own time, and ${names[idx]} is made of it.`,
        hint: `Is it known only later? Then give the part a lag: part(${groupBy.name}, { lag: '7d' }).`,
      });
    }
  }
  return [...warnings.values()];
}

/** The column of a label, or what it is computed from; of one that counts rows those that say which. */
function madeOf({ groupBy }: LabelSpec): readonly string[] {
  const { source, aggregations } = groupBy;
  return aggregations.flatMap(({ input, where }) => {
    const read = where === undefined ? [] : (expressionColumns(where) ?? []);
    return named(source, input === undefined ? read : [input]);
  });
}

/** Columns that the values of a groupBy are made of. */
export function readBy({
  source,
  aggregations,
}: Pick<GroupBySpec, 'source' | 'aggregations'>): ReadonlySet<string> {
  const columns = aggregations.flatMap(({ input, weight, by, where }) => [
    ...[input, weight, by].filter((name) => name !== undefined),
    ...(where === undefined ? [] : (expressionColumns(where) ?? [])),
  ]);
  return new Set(named(source, columns));
}

/** These columns and what computed ones among them are made of, as far as they have names. */
function named(source: SourceSpec, columns: readonly string[]): readonly string[] {
  return withInputs(source, columns).filter((name) => !isInputColumn({ name }));
}
