/** Ctrl-C as an AbortSignal. */
export interface Interrupts {
  readonly signal: AbortSignal;
  /** From here on a signal aborts; before, it ends the process at once, as there is nothing to put in order. */
  readonly listen: () => void;
  readonly dispose: () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * The first SIGINT or SIGTERM aborts `signal`, its name the reason, and calls `onFirst`. The second ends the process at once, by the signal
 * itself: `process.exit` would stop worker threads in the middle of a DuckDB query, which aborts with a core dump.
 */
export function createInterrupts(onFirst: () => void): Interrupts {
  const controller = new AbortController();
  const dispose = () => {
    for (const name of SIGNALS) process.off(name, onSignal);
  };
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      for (const each of SIGNALS) process.removeAllListeners(each);
      process.kill(process.pid, name);
      return;
    }
    controller.abort(name);
    onFirst();
  };
  const listen = () => {
    dispose();
    for (const name of SIGNALS) process.on(name, onSignal);
  };
  return { signal: controller.signal, listen, dispose };
}
