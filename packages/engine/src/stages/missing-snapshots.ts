import { combineProblems, formatDay, TesseraError } from '@tessera/api';
import type { PhysicalPlan } from '@tessera/planner';
import { NOT_BY_DAY } from '../left-partitions.js';
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
    if (!scan.byPartition || options.missingDays === 'empty') continue;
    const have = options.presentDays(scan.sourceId);
    const needed = new Set(left.flatMap((result) => result.snapshotDays[scan.keySet] ?? []));
    const numbers = [...needed].sort((a, b) => a - b).filter((day) => !have.has(formatDay(day)));
    if (numbers.length === 0) continue;
    const days = numbers.map(formatDay);
    nullDays[scan.id] = numbers;
    for (const { name: part, missing } of scan.parts.map((idx) => plan.parts[idx]!)) {
      if (missing === 'null') reported.push({ part, days });
      else {
        const params = { source: scan.source.name, days, part };
        const hint = have.has(null) ? NOT_BY_DAY : undefined;
        problems.push(new TesseraError('MISSING_SNAPSHOT', params, { at: part, hint }));
      }
    }
  }
  if (problems.length > 0) throw combineProblems(problems);
  return { reported, nullDays };
}
