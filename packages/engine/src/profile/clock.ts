/** What is added to `performance.now()`, whose origin may be a thread's own. */
const OFFSET_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Milliseconds of a clock that all threads of the process share and nobody sets. */
export function clockMs(): number {
  return performance.now() + OFFSET_MS;
}
