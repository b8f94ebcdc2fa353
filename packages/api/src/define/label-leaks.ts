import { LABEL } from '../column-names.js';
import { expressionColumns } from '../expression/walk.js';
import { readBy } from '../label-warnings.js';
import { passedThroughColumns } from '../output-columns.js';
import type { GroupBySpec, SourceSpec } from '../spec.js';
import type { Report } from './report.js';

/** The folder of a training set: `…/train-sets/<join>`, as runs publish it. */
const TRAIN_SET = /(^|[\\/])train-sets[\\/][^\\/]+[\\/]?$/;

/**
 * S2.7: a feature never reads what a label produced. A source that is itself a training set has labels among its columns,
 * by their names.
 */
export function checkLeaks(
  { source, keys, aggregations }: Pick<GroupBySpec, 'source' | 'keys' | 'aggregations'>,
  report: Report,
): void {
  const passed = aggregations.length > 0 ? [] : passedThroughColumns({ source, keys });
  const read = [
    ...keys,
    ...readBy({ source, aggregations }),
    ...passed.map(({ name }) => name),
    ...(source.where === undefined ? [] : (expressionColumns(source.where) ?? [])),
  ];
  checkNoLabel(source, read, report);
}

/** Adds LABEL_LEAK for each of a source's columns that a label produced. */
export function checkNoLabel(
  source: Pick<SourceSpec, 'name' | 'path'>,
  columns: readonly string[],
  report: Report,
): void {
  if (!TRAIN_SET.test(source.path)) return;
  for (const column of new Set(columns))
    if (column.toLowerCase().startsWith(`${LABEL}_`))
      report.add('LABEL_LEAK', { source: source.name, path: source.path, column });
}
