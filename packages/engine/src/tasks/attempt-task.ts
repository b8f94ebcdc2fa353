import { join } from 'node:path';
import { isTesseraError, TesseraError } from '@tessera/api';
import { checksumFile, fault, isPassing, PAUSES_MS, readError, withRetries } from '@tessera/lake';
import { type StagedTiles, stagedPath } from '@tessera/tiling';
import { firstPhase } from '../profile/phase.js';
import { duringAll, type TaskTimes } from '../profile/phase-clock.js';
import type { TaskContext } from './context.js';
import { describeTask } from './describe-task.js';
import type { AssembleFewResult, AssembleResult, BuildTilesResult } from './result.js';
import { runTask } from './run-task.js';
import type { Task } from './task.js';

/** A file that a task made, and what is in it. */
export interface Output {
  /** In the folder of the exchange, or absolute. */
  readonly name: string;
  readonly bytes: number;
  readonly crc: string;
}

export interface TaskAnswer {
  readonly result: unknown;
  /** All that later tasks, or the publish, read of it; where the exchange is not recorded only what is published. */
  readonly outputs: readonly Output[];
  readonly times: TaskTimes;
}

/**
 * Run one task; again, after a pause, where the environment failed it for a reason that may pass. What an attempt left is
 * removed before the next.
 *
 * Throws  what the last attempt threw, and which task it was
 */
export async function attemptTask(context: TaskContext, task: Task): Promise<TaskAnswer> {
  const { exchange, clock } = context;
  clock.begin(firstPhase(task));
  try {
    const answer = await withRetries(
      async () => {
        exchange.begin();
        clock.enter(firstPhase(task));
        fault('task.begun', task.type);
        if (context.cancelled()) throw new TesseraError('INTERRUPTED', {});
        try {
          const result = await runTask(context, task);
          const outputs = () => outputsOf(context, task, result);
          return { result, outputs: await duringAll(context, 'write', outputs) };
        } finally {
          // Should it have failed, a pause comes.
          clock.enter('wait');
        }
      },
      () => exchange.discard(),
    );
    fault('task.written', task.type);
    return { ...answer, times: clock.end() };
  } catch (error) {
    throw isPassing(error) ? located(error, task) : error;
  }
}

function located(cause: unknown, task: Task): TesseraError {
  const error = isTesseraError(cause) ? cause : readError(describeTask(task), cause);
  const { code, params, hint } = error;
  const at = `${describeTask(task)}, tried ${PAUSES_MS.length + 1} times`;
  return new TesseraError(code, params, { at, ...(hint !== undefined && { hint }), cause });
}

async function outputsOf(
  { exchange }: TaskContext,
  task: Task,
  result: unknown,
): Promise<readonly Output[]> {
  switch (task.type) {
    case 'keys':
    case 'dictionary': {
      const { kind, name } = task.out;
      const path = exchange.isRecorded && kind === 'exchange' ? exchange.path(name) : null;
      return path === null ? [] : [{ name: task.out.name, ...(await checksumFile(path)) }];
    }
    case 'assemble': {
      // Results are those of their tasks.
      const { bytes, crc } = result as AssembleResult;
      return task.file === null ? [] : [{ name: task.file, bytes, crc }];
    }
    case 'assemble-few': {
      const { members } = result as AssembleFewResult;
      return task.members.flatMap(({ file }, idx) => {
        const { bytes, crc } = members[idx]!;
        return file === null ? [] : [{ name: file, bytes, crc }];
      });
    }
    case 'build-tiles':
      return (result as BuildTilesResult).staged.map((tiles) => tilesOutput(task.staging, tiles));
    case 'merge-tiles':
      return [tilesOutput(task.merge.staging, result as StagedTiles)];
    default:
      return exchange.written();
  }
}

function tilesOutput(staging: string, tiles: StagedTiles): Output {
  const { bytes, crc } = tiles;
  return { name: join(staging, stagedPath(tiles)), bytes, crc };
}
