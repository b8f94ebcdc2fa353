import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type CompileOptions, type Emitted, emitStep, type Step } from '@tessera/compiler';
import { createTurns, type Turns, takeTurn } from './turns.js';

export interface EmitRequest {
  readonly steps: readonly Step[];
  readonly turns: Turns;
}

export interface EmitReply {
  readonly emitted: readonly (readonly [id: string, emitted: Emitted])[];
}

/** Artefacts of many objects, made by this thread and another one. */
export interface Emitter {
  /** The other one begins; the caller does what else is to be done. */
  readonly begin: (steps: readonly Step[]) => void;
  /** Work until nothing is left. What neither could make is not there. */
  readonly finish: (
    options: Pick<CompileOptions, 'tilesOf' | 'columnsOf'>,
  ) => Promise<ReadonlyMap<string, Emitted>>;
  /** Nobody needs it. */
  readonly abandon: () => void;
}

/** Of fewer a thread has not begun before this one is done. */
export const MANY_OBJECTS = 200;

/** Start another thread, which takes a while: before it is needed. Null where there is no core for it, or little to do. */
export function startEmitter(objects: number): Emitter | null {
  if (objects < MANY_OBJECTS || availableParallelism() < 2) return null;
  const worker = new Worker(new URL('./emit-worker.js', import.meta.url));
  worker.unref();
  const turns = createTurns();
  let asked: readonly Step[] = [];
  const reply = new Promise<EmitReply>((resolve) => {
    worker.once('message', resolve);
    // What it has not made is made here.
    worker.once('error', () => resolve({ emitted: [] }));
    worker.once('exit', () => resolve({ emitted: [] }));
  });
  return {
    begin(steps) {
      asked = steps;
      try {
        worker.postMessage({ steps, turns } satisfies EmitRequest);
      } catch {
        // Definitions that hold what no message can: this thread makes all.
        void worker.terminate();
      }
    },
    async finish(options) {
      const emitted = new Map<string, Emitted>();
      for (let at = takeTurn(turns); at < asked.length; at = takeTurn(turns)) {
        const step = asked[at];
        if (step !== undefined) emitted.set(step.id, emitStep(step, options));
      }
      worker.ref();
      for (const [id, one] of (await reply).emitted) emitted.set(id, one);
      return emitted;
    },
    abandon() {
      void worker.terminate();
    },
  };
}
