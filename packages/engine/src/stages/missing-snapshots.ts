import { formatDay, type JoinSpec, TesseraError } from '@tessera/api';
import { type PhysicalPlan, partName } from '@tessera/planner';
import type { LeftResult } from '../tasks/result.js';
import type { StageOptions, StageOutcome } from './stage-options.js';

/** S3.2: partitions that rows read and that do not exist. */
export function missingSnapshots(
  plan: PhysicalPlan,
  left: readonly LeftResult[],
  options: StageOptions,
): { reported: StageOutcome['missingSnapshots']; nullDays: Record<string, number[]> } {
  const reported: { part: string; days: string[] }[] = [];
  const nullDays: Record<string, number[]> = {};
  const problems: TesseraError[] = [];
  for (const scan of plan.scans) {
    if (!scan.byPartition) continue;
    const have = options.presentDays(scan.sourceId);
    const needed = new Set(left.flatMap((result) => result.snapshotDays[scan.keySet] ?? []));
    const numbers = [...needed].sort((a, b) => a - b).filter((day) => !have.has(formatDay(day)));
    if (numbers.length === 0) continue;
    const days = numbers.map(formatDay);
    nullDays[scan.id] = numbers;
    for (const part of scan.parts) {
      if (options.missing[part] === 'null') reported.push({ part, days });
      else if (options.missing[part] === 'empty') delete nullDays[scan.id];
      else
        problems.push(
          new TesseraError(
            'MISSING_SNAPSHOT',
            { source: scan.source.name, days, part },
            { at: part },
          ),
        );
    }
  }
  const [first] = problems;
  if (first)
    throw problems.length === 1
      ? first
      : new TesseraError(first.code, first.params, { at: first.at }, problems);
  return { reported, nullDays };
}

export const missingPolicy = (join: JoinSpec): Record<string, 'error' | 'null'> =>
  Object.fromEntries(join.parts.map((part) => [partName(part), part.missing]));
