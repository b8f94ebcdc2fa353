import { integerForm, type RowValue } from '@tessera/api';
import type { DefinitionPlan } from './definition-plan.js';
import type { DerivedPlan } from './derived-plan.js';
import { type Raw, shown } from './raw.js';

/** Columns of a row, and where each comes from. */
export interface Layout {
  readonly inputs: readonly ShownColumn[];
  readonly outputs: readonly Output[];
  /** A row of nulls, to be copied: its columns are there, in order, and need not be added one by one. */
  readonly blank: Readonly<Record<string, RowValue>>;
}

interface ShownColumn {
  readonly name: string;
  readonly show: (raw: Raw) => RowValue;
}

export type Output =
  | (ShownColumn & { readonly from: 'feature'; readonly slot: number })
  /** Position among the derived columns that are computed. */
  | { readonly from: 'derived'; readonly name: string; readonly position: number }
  /** Nothing serves it. */
  | { readonly from: 'nowhere'; readonly name: string };

export function layoutOf(
  { inputs, parts, features, outputs }: DefinitionPlan,
  derived: DerivedPlan,
): Layout {
  const slots = new Map(features.map(({ slot, column }) => [column.name, slot]));
  const positions = new Map(derived.columns.map(({ name }, position) => [name, position]));
  return {
    inputs: inputs.map(({ spec: { name, type } }) => ({
      name,
      show: (raw) => shown(type, raw, 'bigint'),
    })),
    blank: Object.fromEntries(
      [...inputs.map(({ spec }) => spec), ...outputs].map(({ name }) => [name, null]),
    ),
    outputs: outputs.map(({ name, type, partIdx, aggregationIdx }): Output => {
      const slot = slots.get(name);
      if (slot !== undefined) {
        const aggregation = parts[partIdx]?.spec.groupBy.aggregations[aggregationIdx];
        const form = integerForm(aggregation?.operation);
        return { from: 'feature', name, slot, show: (raw) => shown(type, raw, form) };
      }
      const position = positions.get(name);
      return position === undefined
        ? { from: 'nowhere', name }
        : { from: 'derived', name, position };
    }),
  };
}
