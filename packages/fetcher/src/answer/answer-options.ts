import { TesseraError } from '@tessera/api';
import type { AnswerOptions, FetcherOptions, MaxAge } from '../options.js';

/** How one call is answered: its own options, and those of the fetcher where it has none. */
export interface Answering {
  readonly maxAge: MaxAge | undefined;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly explain: boolean;
}

/** @param problems what is wrong is added to it */
export function answering(
  options: AnswerOptions,
  whole: Pick<FetcherOptions, 'maxAge' | 'timeoutMs'>,
  problems: TesseraError[],
): Answering {
  const maxAge = options.maxAge ?? whole.maxAge;
  const timeoutMs = options.timeoutMs ?? whole.timeoutMs;
  problems.push(...wrongOptions({ maxAge, timeoutMs }));
  return { maxAge, timeoutMs, signal: options.signal, explain: options.explain === true };
}

const POLICIES: readonly string[] = ['serve', 'default', 'error'] satisfies MaxAge['then'][];
/** What a timer can wait. */
const MOST_MS = 2 ** 31 - 1;

export function wrongOptions({
  maxAge,
  timeoutMs,
}: Pick<Answering, 'maxAge' | 'timeoutMs'>): TesseraError[] {
  const problems: TesseraError[] = [];
  const wrong = (option: string, reason: string) =>
    problems.push(new TesseraError('BAD_OPTION', { option, reason }));
  if (maxAge !== undefined) {
    const { maxAgeMs, then } = maxAge;
    if (typeof maxAgeMs !== 'number' || !(maxAgeMs >= 0))
      wrong('maxAge.maxAgeMs', `must be 0 or more: ${String(maxAgeMs)}`);
    if (!POLICIES.includes(then)) wrong('maxAge.then', `is one of ${POLICIES.join(', ')}`);
  }
  const isTime = timeoutMs === undefined || (timeoutMs > 0 && timeoutMs <= MOST_MS);
  if (!isTime) wrong('timeoutMs', `must be above 0, and at most ${MOST_MS}: ${String(timeoutMs)}`);
  return problems;
}
