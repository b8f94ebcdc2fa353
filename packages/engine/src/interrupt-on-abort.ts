import type { Session } from '@tessera/lake';

const AGAIN_MS = 50;

/**
 * Stop whatever a session runs once a signal aborts. An interrupt that meets no running query is forgotten by DuckDB, so
 * it is repeated until `end`, which is to be called before the session closes.
 */
export function interruptOnAbort(
  session: Session,
  signal: AbortSignal | undefined,
): { readonly end: () => void } {
  let timer: NodeJS.Timeout | null = null;
  const begin = () => {
    session.interrupt();
    timer ??= setInterval(() => session.interrupt(), AGAIN_MS).unref();
  };
  if (signal?.aborted) begin();
  signal?.addEventListener('abort', begin);
  return {
    end() {
      signal?.removeEventListener('abort', begin);
      if (timer !== null) clearInterval(timer);
    },
  };
}
