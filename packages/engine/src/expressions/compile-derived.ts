import {
  compileExpressions,
  type DerivedColumn,
  derivedSteps,
  type ExpressionBatch,
  typedAs,
} from '@tessera/expr';
import type { DerivedPlan } from '@tessera/planner';
import type { NamedType } from '../read-typed.js';

/** Every derived column over a batch of what they read. */
export type Derive = (batch: ExpressionBatch) => readonly DerivedColumn[];

/** Compiled for the last plan's columns: its tasks come one after another. */
let last: { readonly key: string; readonly derive: Derive } | null = null;

/**
 * Derived columns as loops over typed arrays. One that reads another is computed after it.
 *
 * `given` are the columns that a batch brings; `derived` is in an order in which each can be computed.
 *
 * Throws   INTERNAL for what `checkDerived` would have refused.
 */
export function compileDerived(
  derived: readonly DerivedPlan[],
  given: readonly NamedType[],
): Derive {
  const key = JSON.stringify([derived, given]);
  if (last?.key !== key) last = { key, derive: compiled(derived, given) };
  return last.derive;
}

function compiled(derived: readonly DerivedPlan[], given: readonly NamedType[]): Derive {
  const known = [...given, ...derived];
  const steps = derivedSteps(derived).map((step) => {
    return compileExpressions(
      step.map(({ name, type, expression }) => ({
        ...{ name, type },
        expression: typedAs(expression, type, known),
      })),
    );
  });
  return (batch) => {
    const columns = new Map(batch.columns);
    const made = steps.flatMap((evaluate) => {
      const step = evaluate({ rows: batch.rows, columns });
      for (const { name, column, strings } of step) columns.set(name, { column, strings });
      return step;
    });
    const byName = new Map(made.map((column) => [column.name, column]));
    return derived.map(({ name }) => byName.get(name)!);
  };
}
