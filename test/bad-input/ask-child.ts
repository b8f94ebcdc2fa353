import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url));
/** A bound against hanging, far above what any answer takes. */
const LIMIT_MS = 60_000;

export type Answer<T> =
  | { readonly answer: T }
  /** It ended before it answered: with a code or by a signal, or was killed because it did not answer. */
  | { readonly died: string };

/** A process of its own, started again when it has died. */
export function patientChild() {
  let child: Promise<ChildProcess> | null = null;

  const start = (): Promise<ChildProcess> =>
    new Promise((resolve, reject) => {
      const started = fork(CHILD, {
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
          settle({ died: `no answer after ${LIMIT_MS / 1000} s` });
          asked.kill('SIGKILL');
        }, LIMIT_MS);
        asked.send(message);
      });
    },
    async end(): Promise<void> {
      (await child)?.kill();
    },
  };
}
