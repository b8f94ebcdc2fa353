import { availableParallelism } from 'node:os';
import { type GroupBySpec, type JoinSpec, TesseraError } from '@tessera/api';
import { openDuckDb, type Session } from '@tessera/lake';
import { interruptOnAbort } from '../interrupt-on-abort.js';
import { memoryBudget, shareMemory } from '../memory.js';
import { checkSignal } from '../process-state.js';

/** Look at one definition after another, in a session of their own. Throws INTERRUPTED. */
export async function eachDefinition<T>(
  definitions: readonly (JoinSpec | GroupBySpec)[],
  signal: AbortSignal | undefined,
  look: (session: Session, definition: JoinSpec | GroupBySpec) => Promise<T>,
): Promise<T[]> {
  const workers = availableParallelism();
  const memory = shareMemory(memoryBudget(undefined), workers);
  const session = await openDuckDb({ threads: workers, memoryBytes: memory.planningBytes });
  const interruption = interruptOnAbort(session, signal);
  try {
    const found: T[] = [];
    for (const definition of definitions) {
      checkSignal(signal);
      found.push(await look(session, definition));
    }
    return found;
  } catch (error) {
    throw signal?.aborted ? new TesseraError('INTERRUPTED', {}) : error;
  } finally {
    interruption.end();
    session.close();
  }
}
