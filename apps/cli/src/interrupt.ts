/** Ctrl-C as an AbortSignal. */
export interface Interrupts {
  readonly signal: AbortSignal;
  readonly dispose: () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * The first SIGINT or SIGTERM aborts `signal` and calls `onFirst`. The second ends the process at once, by the signal
 * itself: `process.exit` would stop worker threads in the middle of a DuckDB query, which aborts with a core dump.
 */
export function listenForInterrupts(onFirst: () => void): Interrupts {
  const controller = new AbortController();
  const dispose = () => {
    for (const name of SIGNALS) process.off(name, listener);
  };
  const listener = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      for (const each of SIGNALS) process.removeAllListeners(each);
      process.kill(process.pid, name);
      return;
    }
    controller.abort();
    onFirst();
  };
  for (const name of SIGNALS) process.on(name, listener);
  return { signal: controller.signal, dispose };
}
