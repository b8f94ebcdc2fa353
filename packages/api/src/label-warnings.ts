import { withInputs } from './column-hash.js';
import { readByAggregation, readByFilter } from './feature-reads.js';
import { columnText } from './input-columns.js';
import { labelColumns } from './output-columns.js';
import type { GroupBySpec, JoinSpec, LabelSpec } from './spec.js';

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
      if (lagMs > 0 || !isSamePath(groupBy.source.path, label.groupBy.source.path)) continue;
      const known = new Set(valuesOf(groupBy));
      const read = made.filter((column) => known.has(column));
      const [column] = read;
      // Windows of one label are told of once.
      const place = `${groupBy.name} ${read.join()}`;
      if (column === undefined || warnings.has(place)) continue;
      warnings.set(place, {
        code: 'LABEL_INPUT_WITHOUT_LAG',
        message: `${groupBy.name} reads \`${columnText(groupBy.source.columns, column)}\` up to the row's own time, and ${names[idx]} is made of it.`,
        hint: `Is it known only later? Then give the part a lag: part(${groupBy.name}, { lag: '7d' }).`,
      });
    }
  }
  return [...warnings.values()];
}

/** Columns that a groupBy's values are made of, its keys aside. */
function valuesOf({ source, aggregations }: GroupBySpec): readonly string[] {
  const read = aggregations.flatMap((aggregation) => readByAggregation(source, aggregation));
  return withInputs(source, [...read, ...readByFilter(source)]);
}

/** The column of a label, with what it is computed of; of one that counts rows those that say which. */
function madeOf({ groupBy }: LabelSpec): readonly string[] {
  const { source, aggregations } = groupBy;
  const asked = aggregations.flatMap((aggregation) => {
    const { input } = aggregation;
    if (input !== undefined) return [input];
    const { by: _, ...rows } = aggregation;
    return [...readByAggregation(source, rows), ...readByFilter(source)];
  });
  return withInputs(source, asked);
}

/** `./payments//` is `payments`. */
function isSamePath(a: string, b: string): boolean {
  const steps = (path: string) =>
    path.split(/[\\/]+/).filter((step, idx) => step !== '.' && (step !== '' || idx === 0));
  return steps(a).join('/') === steps(b).join('/');
}
