import { memo } from './lazy.js';
import type { FeatureSpec } from './sweep-spec.js';

/** Operations that take a list as one value; the others see its elements (S5.6). */
const WHOLE: ReadonlySet<string> = new Set([
  'FIRST',
  'LAST',
  'FIRST_K',
  'LAST_K',
  'VECTOR_SUM',
  'VECTOR_AVERAGE',
]);

export function takesWhole({ operation }: FeatureSpec): boolean {
  return WHOLE.has(operation);
}

export interface Numbered {
  readonly feature: FeatureSpec;
  readonly featureIdx: number;
}

/**
 * Features that read the same lanes, together, so that what they share is let go before the next lane's is made. Where a
 * timeline has raw rows alone, lanes of states are not read.
 */
export function families(
  features: readonly FeatureSpec[],
  timeline: 'raw' | 'mixed',
): Numbered[][] {
  const found = new Map<string, Numbered[]>();
  features.forEach((feature, featureIdx) => {
    const { input, where, by, weight, states } = feature;
    const key = JSON.stringify([
      input,
      where ?? null,
      by?.lane ?? null,
      weight ?? null,
      takesWhole(feature),
      timeline === 'raw' ? null : (states ?? null),
    ]);
    memo(found, key, (): Numbered[] => []).push({ feature, featureIdx });
  });
  return [...found.values()];
}
