import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDb, type Session } from '@tessera/lake';
import { afterAll } from 'vitest';

/** A session and a folder of a test file, which are gone when its tests are done. */
export async function sessionHere(
  name: string,
): Promise<{ readonly session: Session; readonly folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), `tessera-${name}-`));
  const session = await openDuckDb({ threads: 1 });
  afterAll(() => {
    session.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { session, folder };
}
