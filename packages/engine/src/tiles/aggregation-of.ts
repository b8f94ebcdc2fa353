import type { AggregationSpec, Expression } from '@tessera/api';
import type { FeaturePlan, LanePlan, ScanPlan } from '@tessera/planner';

type Read = LanePlan['read'];

/** What a planned feature aggregates, in a definition's terms; of its windows nothing is said. */
export function aggregationOf(
  feature: FeaturePlan,
  { lanes }: Pick<ScanPlan, 'lanes'>,
): Omit<AggregationSpec, 'windows'> {
  const readOf = (name: string | undefined | null): Read | undefined =>
    lanes.find((lane) => lane.name === name)?.read;
  const input = columnOf(readOf(feature.input));
  const weight = columnOf(readOf(feature.weight));
  const by = columnOf(readOf(feature.by?.lane));
  const where = predicateOf(readOf(feature.where));
  return {
    operation: feature.operation,
    ...(input !== undefined && { input }),
    ...(feature.k !== undefined && { k: feature.k }),
    ...(weight !== undefined && { weight }),
    ...(where !== undefined && { where }),
    ...(by !== undefined && { by }),
  };
}

function columnOf(read: Read | undefined): string | undefined {
  return read === undefined || read.how === 'true-where' ? undefined : read.column;
}

function predicateOf(read: Read | undefined): Expression | undefined {
  if (read?.how !== 'true-where') return undefined;
  const terms: Expression[] = [
    ...(read.where === null ? [] : [read.where]),
    ...read.notNull.map(
      (column): Expression => ({
        op: 'not',
        arg: { op: 'is_null', operand: { op: 'column', column } },
      }),
    ),
  ];
  const [only] = terms;
  return terms.length === 1 ? only : { op: 'and', args: terms };
}
