import { LABEL } from '../column-names.js';
import { readByGroupBy } from '../feature-reads.js';
import type { GroupBySpec, SourceSpec } from '../spec.js';
import type { Report } from './report.js';

/** The folder of a training set, `…/train-sets/<join>` as runs publish it, or something below. */
const TRAIN_SET = /(^|[\\/])train-sets[\\/]+[^\\/]/;

/**
 * S2.7: a feature never reads what a label produced. A source that is itself a training set has labels among its columns,
 * by their names. One that lies elsewhere is known by its manifest, once it is looked at.
 */
export function checkLeaks(
  groupBy: Pick<GroupBySpec, 'source' | 'keys' | 'aggregations'>,
  report: Report,
): void {
  checkNoLabel(groupBy.source, readByGroupBy(groupBy), report);
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
