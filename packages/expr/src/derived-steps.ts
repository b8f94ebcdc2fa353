import { type Expression, expressionColumns } from '@tessera/api';

/**
 * Derived columns by step: those that read only what is given, those that read these too, and so on.
 *
 * `derived` is in an order in which each can be computed.
 */
export function derivedSteps<D extends { readonly name: string; readonly expression: Expression }>(
  derived: readonly D[],
): readonly (readonly D[])[] {
  const depths = new Map<string, number>();
  const steps: D[][] = [];
  for (const one of derived) {
    const read = expressionColumns(one.expression) ?? [];
    const depth = Math.max(0, ...read.map((name) => (depths.get(name) ?? -1) + 1));
    depths.set(one.name, depth);
    (steps[depth] ??= []).push(one);
  }
  return steps;
}
