import type { ComputedColumn } from '@tessera/api';
import type { DerivedPlan } from './plan.js';

/** The derived columns among those that are computed, in the order they are computed in. */
export function derivedOf(computed: readonly ComputedColumn[]): DerivedPlan[] {
  return computed.flatMap(({ column: { name, type, expression }, outputIdx }) =>
    expression === undefined ? [] : [{ name, type, expression, outputIdx }],
  );
}
