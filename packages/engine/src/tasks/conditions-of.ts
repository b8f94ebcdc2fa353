import type { LanePlan, ScanPlan } from '@tessera/planner';
import { type Condition, ofSource } from '../expressions/condition-sql.js';
import type { LeftScan, Task } from './task.js';

/** Every condition that a task's SQL may hold. */
export function conditionsOf(task: Task): readonly Condition[] {
  switch (task.type) {
    case 'keys':
    case 'left':
      return ofLeft(task.from);
    case 'assemble':
      return ofLeft(task.left);
    case 'dictionary':
      return ofSource(task.scan.source);
    case 'scatter':
    case 'build-tiles':
      return [...ofSource(task.scan.source), ...ofLanes(task.scan)];
    default:
      return [];
  }
}

function ofLeft(left: LeftScan | null): readonly Condition[] {
  return left === null ? [] : ofSource(left.source);
}

function ofLanes({ source, lanes }: Pick<ScanPlan, 'source' | 'lanes'>): readonly Condition[] {
  return lanes.flatMap(({ read }: LanePlan) =>
    read.how === 'true-where' && read.where !== null
      ? [{ where: read.where, columns: source.columns }]
      : [],
  );
}
