import type { KeyTimeOrder } from '@tessera/columnar';
import type { FeatureSpec, SweepProblem } from './sweep-spec.js';

/** Keeps the first problem by (key code, query, feature), whatever the order in which they are found. */
export interface ProblemLog {
  readonly report: (
    at: { readonly query: number; readonly featureIdx: number },
    problem: SweepProblem,
  ) => void;
  readonly first: () => SweepProblem | null;
}

export function problemLog(): ProblemLog {
  let first: { query: number; featureIdx: number; problem: SweepProblem } | null = null;
  return {
    report: ({ query, featureIdx }, problem) => {
      const order =
        first === null
          ? -1
          : problem.keyCode - first.problem.keyCode ||
            Math.sign(query - first.query) ||
            featureIdx - first.featureIdx;
      if (order < 0) first = { query, featureIdx, problem };
    },
    first: () => first?.problem ?? null,
  };
}

/** Reports of one feature, by position in the sorted left. */
export function rowReporter(
  log: ProblemLog,
  feature: FeatureSpec,
  featureIdx: number,
  left: KeyTimeOrder,
  leftCode: Int32Array,
): (row: number, kind: SweepProblem['kind'], detail: string) => void {
  return (row, kind, detail) => {
    log.report(
      { query: left.timeMs[row]!, featureIdx },
      { kind, feature: feature.name, keyCode: leftCode[left.order[row]!]!, detail },
    );
  };
}
