import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDuckDb, type Session } from '@tessera/lake';

const SHOW_BYTES = 2e9;

/** A DuckDB for looking at things: two threads, 2 GB, the rest on disk; it stops when `signal` says so. */
export async function withSession(
  signal: AbortSignal,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const tmp = mkdtempSync(path.join(tmpdir(), 'tessera-show-'));
  const session = await openDuckDb({ threads: 2, memoryBytes: SHOW_BYTES, tmp });
  const stop = () => session.interrupt();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await work(session);
  } finally {
    signal.removeEventListener('abort', stop);
    session.close();
    rmSync(tmp, { recursive: true, force: true });
  }
}
