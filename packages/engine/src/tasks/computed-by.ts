import type { LanePlan, ScanPlan } from '@tessera/planner';
import { type Computed, computedCondition, computedIn } from '../expressions/expression-sql.js';
import type { LeftScan, Task } from './task.js';

/** Everything that a task's SQL may compute. */
export function computedBy(task: Task): readonly Computed[] {
  switch (task.type) {
    case 'keys':
    case 'left':
      return ofLeft(task.from);
    case 'assemble':
      return ofLeft(task.left);
    case 'assemble-few':
      return ofLeft(task.members[0].left);
    case 'dictionary':
    case 'encode-rows':
      return computedIn(task.scan.source);
    case 'scatter':
    case 'build-tiles':
    case 'encode-states':
      return [...computedIn(task.scan.source), ...ofLanes(task.scan)];
    default:
      return [];
  }
}

function ofLeft(left: LeftScan | null): readonly Computed[] {
  return left === null ? [] : computedIn(left.source);
}

function ofLanes({ source, lanes }: Pick<ScanPlan, 'source' | 'lanes'>): readonly Computed[] {
  return lanes.flatMap(({ read }: LanePlan) =>
    read.how === 'true-where' && read.where !== null
      ? [computedCondition({ where: read.where, columns: source.columns })]
      : [],
  );
}
