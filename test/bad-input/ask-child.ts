import { type ChildProcess, fork } from 'node:child_process';

export type Answer<T> =
  | { readonly answer: T }
  /** It ended before it answered: with a code or by a signal, or was killed because it did not answer. */
  | { readonly died: string };

export interface ChildOptions {
  /** The program: it sends a message when it is ready, then one for each that it gets. */
  readonly program: string;
  /** A bound against hanging, far above what any answer takes. */
  readonly limitMs: number;
}

/** A process of its own, started again when it has died. */
export function patientChild({ program, limitMs }: ChildOptions) {
  let child: Promise<ChildProcess> | null = null;

  const start = (): Promise<ChildProcess> =>
    new Promise((resolve, reject) => {
      const started = fork(program, {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        env: { ...process.env, UV_THREADPOOL_SIZE: '8' },
      });
      started.once('message', () => resolve(started));
      started.once('error', reject);
    });

  return {
    async ask<T>(message: object): Promise<Answer<T>> {
      const asked = await (child ??= start());
      return new Promise((resolve) => {
        let timer: NodeJS.Timeout | undefined;
        const settle = (outcome: Answer<T>) => {
          clearTimeout(timer);
          asked.removeAllListeners();
          if ('died' in outcome) child = null;
          resolve(outcome);
        };
        asked.once('message', (answer) => settle({ answer: answer as T }));
        asked.once('exit', (code, signal) => settle({ died: signal ?? `exit code ${code}` }));
        timer = setTimeout(() => {
          settle({ died: `no answer after ${limitMs / 1000} s` });
          asked.kill('SIGKILL');
        }, limitMs);
        asked.send(message);
      });
    },
    async end(): Promise<void> {
      (await child)?.kill();
    },
  };
}
