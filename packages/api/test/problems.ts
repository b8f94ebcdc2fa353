import { TesseraError } from '@tessera/api';

/** Everything a definition was refused for: `CODE  place: what is wrong`. Fails when it was taken. */
export function problemsOf(define: () => unknown): readonly string[] {
  try {
    define();
  } catch (error) {
    if (!(error instanceof TesseraError)) throw error;
    return error.problems.map((one) => `${one.code}  ${one.at}: ${one.summary}`);
  }
  throw new Error('the definition was taken');
}
