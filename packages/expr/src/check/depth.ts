import { type Expression, partsOf } from '@tessera/api';

/** As what reads expressions refuses them: deeper trees could exhaust the stack. */
export const MAX_LEVELS = 600;

/** Measured without recursion; a node that stands in many places is walked once for each level it is met at. */
export function deeperThan(expression: Expression, most: number): boolean {
  let level: ReadonlySet<Expression> = new Set([expression]);
  for (let depth = 0; level.size > 0; depth++) {
    if (depth > most) return true;
    level = new Set([...level].flatMap(partsOf));
  }
  return false;
}
