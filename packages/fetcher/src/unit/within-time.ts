import type { Wait } from '../entry/entry-reader.js';

/** What a promise gives, unless time is over or the signal is aborted before. Throws `late()`, the signal's reason. */
export async function withinTime<T>(
  promise: Promise<T>,
  { timeoutMs, signal, late }: Wait,
): Promise<T> {
  if (timeoutMs === undefined && signal === undefined) return promise;
  // Whoever waits in vain: what becomes of it later is told to nobody.
  promise.catch(() => {});
  return new Promise<T>((resolve, reject) => {
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => end(() => reject(late())), timeoutMs);
    const stop = () => end(() => reject(signal?.reason));
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      settle();
    };
    signal?.addEventListener('abort', stop);
    promise.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
  });
}
