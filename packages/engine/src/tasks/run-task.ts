import { TesseraError } from '@tessera/api';
import { AddressSpaceError, dropArena, dropSpareMemory } from '@tessera/columnar';
import { addFunctions } from '../expressions/expression-sql.js';
import { runAssemble } from './assemble.js';
import { runAssembleFew } from './assemble-few.js';
import { runBuildTiles } from './build-tiles.js';
import { computedBy } from './computed-by.js';
import { collect, type TaskContext } from './context.js';
import { runEncodeRows } from './encode-rows.js';
import { runEncodeStates } from './encode-states.js';
import { runLeft } from './left.js';
import { runMergeTiles } from './merge-tiles.js';
import { runReadTiles } from './read-tiles.js';
import { runScatter } from './scatter.js';
import { runSlices } from './slices.js';
import { runSweep } from './sweep-task.js';
import { runDictionary, runKeys } from './tables.js';
import type { Task } from './task.js';

/** What tasks of this thread keep for the next: for those who run no more. */
export function dropKeptMemory(): void {
  dropSpareMemory();
  dropArena();
}

/** Run one task where it stands: the same code inline, in a worker thread, or on another machine. */
export async function runTask(context: TaskContext, task: Task): Promise<unknown> {
  // Memory that tasks of a kind hand on to each other.
  if (task.type !== 'scatter' && task.type !== 'left') dropSpareMemory();
  if (task.type !== 'sweep') dropArena();
  collect(context);
  addFunctions(context.session, computedBy(task));
  try {
    return await dispatch(context, task);
  } catch (cause) {
    if (!(cause instanceof AddressSpaceError)) throw cause;
    throw new TesseraError('ADDRESS_SPACE', { bytes: cause.bytes }, { cause });
  }
}

async function dispatch(context: TaskContext, task: Task): Promise<unknown> {
  switch (task.type) {
    case 'keys':
      return runKeys(context, task);
    case 'dictionary':
      return runDictionary(context, task);
    case 'build-tiles':
      return runBuildTiles(context, task);
    case 'merge-tiles':
      return runMergeTiles(context, task);
    case 'left':
      return runLeft(context, task);
    case 'scatter':
      return runScatter(context, task);
    case 'read-tiles':
      return runReadTiles(context, task);
    case 'slices':
      return runSlices(context, task);
    case 'sweep':
      return runSweep(context, task);
    case 'assemble':
      return runAssemble(context, task);
    case 'assemble-few':
      return runAssembleFew(context, task);
    case 'encode-states':
      return runEncodeStates(context, task);
    case 'encode-rows':
      return runEncodeRows(context, task);
  }
}
