import { columnText, TesseraError } from '@tessera/api';
import { readRows } from '@tessera/lake';
import type { SweepProblem } from '@tessera/pitjoin';
import type { PhysicalPlan, ScanPlan } from '@tessera/planner';
import type { StageOutcome } from './stages/stage-options.js';
import { type TaskContext, tableSql } from './tasks/context.js';

/** The key behind a code, as text for a message. */
async function keyText(
  context: TaskContext,
  plan: PhysicalPlan,
  outcome: StageOutcome,
  scanId: string,
  code: number,
): Promise<string> {
  const scan = plan.scans.find((s) => s.id === scanId);
  const table = scan ? outcome.keys[scan.keySet] : undefined;
  if (!scan || !table) return `#${code}`;
  const columns = scan.keys.map((_, idx) => `CAST(k${idx} AS VARCHAR) AS k${idx}`);
  const [row] = await readRows(
    context.session,
    `SELECT ${columns.join(', ')} FROM ${tableSql(context, table)} WHERE code = ${code}`,
  );
  return scan.keys.map((name, idx) => `${name}=${String(row?.[`k${idx}`])}`).join(', ');
}

function toError(problem: SweepProblem, key: string, scan: ScanPlan | undefined): TesseraError {
  const read = scan?.lanes.find(({ name }) => name === problem.lane)?.read;
  if (problem.kind === 'INFINITE_INPUT' && scan && read && 'column' in read) {
    const { name: source, columns } = scan.source;
    const params = { source, column: columnText(columns, read.column), key };
    return new TesseraError('INFINITE_INPUT', params, { at: problem.feature });
  }
  const params = { column: problem.feature, key, detail: problem.detail };
  return new TesseraError(problem.kind as 'SUM_OVERFLOW', params, { at: problem.feature });
}

/** STRICT: infinite inputs of buckets that were cut, whose slices may never have held the events themselves. */
function infiniteInputs({ sliced }: StageOutcome): { scan: string; problem: SweepProblem }[] {
  return sliced.flatMap(({ task, infinite }) =>
    Object.entries(task.strict ? infinite : {}).flatMap(([lane, { keyCode }]) => {
      const reader = task.features.find(
        ({ input, weight, by }) => input === lane || weight === lane || by?.lane === lane,
      );
      const told = {
        kind: 'INFINITE_INPUT' as const,
        keyCode,
        lane,
        detail: 'an input is infinite',
      };
      return reader ? [{ scan: task.scanId, problem: { ...told, feature: reader.name } }] : [];
    }),
  );
}

/** Throw what a sweep could not give a value for (S5.3 …), naming the key; the first by output order. */
export async function raiseProblem(
  context: TaskContext,
  plan: PhysicalPlan,
  outcome: StageOutcome,
): Promise<void> {
  const order = new Map(plan.features.map((feature, idx) => [feature.name, idx]));
  const problems = [
    ...outcome.sweeps.flatMap(({ scanId, slice, result }) =>
      // Slices repeat what is known of their bucket.
      result.problem && !(slice && result.problem.kind === 'INFINITE_INPUT')
        ? [{ scan: scanId, problem: result.problem }]
        : [],
    ),
    ...infiniteInputs(outcome),
  ];
  problems.sort(
    (a, b) =>
      (order.get(a.problem.feature) ?? 0) - (order.get(b.problem.feature) ?? 0) ||
      a.problem.keyCode - b.problem.keyCode,
  );
  const errors: TesseraError[] = [];
  for (const { scan, problem } of problems.slice(0, 5)) {
    const key = await keyText(context, plan, outcome, scan, problem.keyCode);
    const found = plan.scans.find(({ id }) => id === scan);
    errors.push(toError(problem, key, found));
  }
  const [first] = errors;
  if (!first) return;
  throw errors.length === 1
    ? first
    : new TesseraError(first.code, first.params, { at: first.at }, errors);
}
