import { codesOf, laneOf } from '../batch-lanes.js';
import type { ProblemLog } from '../problems.js';
import type { SweepInput } from '../sweep-spec.js';
import { cleanColumn, hasInfinity } from './clean.js';
import { type Input, makeInput } from './input.js';

/** Cleaned inputs by lane (S4.4); what was infinite is counted once per lane, and in STRICT is a problem. */
export function readInputs(
  { events, features, strict }: SweepInput,
  infinite: Record<string, number>,
  log: ProblemLog,
): (lane: string) => Input {
  const inputs = new Map<string, Input>();
  features.forEach((feature, featureIdx) => {
    const lanes = [
      { lane: feature.input, type: feature.inputType },
      { lane: feature.weight ?? null, type: { kind: 'double' } as const },
      { lane: feature.by?.lane ?? null, type: feature.by?.type ?? null },
    ];
    for (const { lane, type } of lanes) {
      if (lane === null || type === null || inputs.has(lane)) continue;
      const column = laneOf(events, lane);
      const cleaned = cleanColumn(column);
      inputs.set(lane, makeInput(cleaned.column, type));
      if (cleaned.infinite === 0) continue;
      infinite[lane] = cleaned.infinite;
      if (!strict) continue;
      let keyCode = Infinity;
      codesOf(events).forEach((code, row) => {
        if (code < keyCode && hasInfinity(column, row)) keyCode = code;
      });
      log.report(
        { query: -Infinity, featureIdx },
        {
          kind: 'INFINITE_INPUT',
          feature: feature.name,
          keyCode,
          lane,
          detail: 'an input is infinite',
        },
      );
    }
  });
  return (lane) => {
    const found = inputs.get(lane);
    if (found === undefined) throw new TypeError(`lane ${lane} has no type`);
    return found;
  };
}
