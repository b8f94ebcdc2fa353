import path from 'node:path';
import {
  type DescribedTable,
  describeTable,
  findTables,
  openDuckDb,
  type SourceSuggestion,
  suggestSource,
} from '@tessera/lake';

export interface LookedAt {
  readonly table: DescribedTable;
  readonly suggestion: SourceSuggestion;
}

/** Memory for looking: the sample's different values and one row group. */
const LOOK_BYTES = 2e9;

/**
 * Every table at the paths, described, in order; one that two paths lead to is told once.
 *
 * Throws  INTERRUPTED after `signal`, and what `findTables` and `describeTable` throw
 */
export async function lookAt(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<{ tables: LookedAt[]; others: string[] }> {
  const session = await openDuckDb({ threads: 2, memoryBytes: LOOK_BYTES });
  const stop = () => session.interrupt();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const tables = new Map<string, LookedAt>();
    const others: string[] = [];
    for (const one of paths) {
      const found = await findTables(session, path.resolve(one));
      others.push(...found.others);
      for (const each of found.tables) {
        if (tables.has(each.path)) continue;
        const table = await describeTable(session, each);
        tables.set(each.path, { table, suggestion: suggestSource(table) });
      }
    }
    return { tables: [...tables.values()], others };
  } finally {
    signal.removeEventListener('abort', stop);
    session.close();
  }
}
