import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type CompileOptions, type Emitted, emitStep, type Step } from '@tessera/compiler';
import { type Claims, claim, createClaims } from './claims.js';
import { createPacker, type PackedDefinitions } from './packed-definitions.js';

/** What an artefact is made of. */
export type Offered = Pick<Step, 'spec' | 'file'>;

/** Some definitions; null: there are no more. */
export type EmitRequest = {
  readonly definitions: PackedDefinitions;
  readonly files: readonly (string | undefined)[];
  readonly claims: Claims;
} | null;

/** Of each request those artefacts that the other thread has made, by their place. */
export interface EmitReply {
  readonly emitted: readonly (readonly [place: number, emitted: Emitted])[];
}

/** Artefacts of many objects, made by this thread and another one. */
export interface Emitter {
  /** Definitions as they are loaded: the other thread makes their artefacts meanwhile. */
  readonly offer: (offered: readonly Offered[]) => void;
  /** All are known: those that were not offered are now. The caller does what else is to be done. */
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

/** Definitions of one message: few enough that nobody waits long for the last ones. */
const BATCH = 32;

interface Batch {
  readonly offered: readonly Offered[];
  readonly claims: Claims;
}

/** Start another thread, which takes a while: before it is needed. Null where there is no core for it, or little to do. */
export function startEmitter(objects: number): Emitter | null {
  if (objects < MANY_OBJECTS || availableParallelism() < 2) return null;
  const worker = new Worker(new URL('./emit-worker.js', import.meta.url));
  worker.unref();
  const pack = createPacker();
  const known = new Map<Step['spec'], string | undefined>();
  const batches: Batch[] = [];
  const made = new Map<Step['spec'], Emitted>();
  let waiting: Offered[] = [];
  let asked: readonly Step[] = [];
  let isGone = false;
  let replies = 0;
  let changed = () => {};
  worker.on('message', ({ emitted }: EmitReply) => {
    const { offered } = batches[replies]!;
    for (const [place, one] of emitted) made.set(offered[place]!.spec, one);
    replies++;
    changed();
  });
  const gone = () => {
    isGone = true;
    changed();
  };
  // What it has not made is made here.
  worker.once('error', gone);
  worker.once('exit', gone);
  const send = () => {
    const offered = waiting;
    waiting = [];
    if (offered.length === 0 || isGone) return;
    const claims = createClaims(offered.length);
    const [definitions, files] = [pack(offered.map(({ spec }) => spec)), offered.map(fileOf)];
    try {
      worker.postMessage({ definitions, files, claims } satisfies EmitRequest);
      batches.push({ offered, claims });
    } catch {
      // Definitions that hold what no message can: this thread makes what is left.
      isGone = true;
      void worker.terminate();
    }
  };
  const offer = (offered: readonly Offered[]) => {
    for (const one of offered) {
      if (known.has(one.spec)) continue;
      known.set(one.spec, one.file);
      waiting.push(one);
    }
    if (waiting.length >= BATCH) send();
  };
  return {
    offer,
    begin(steps) {
      asked = steps;
      for (let at = 0; at < steps.length; at += BATCH) offer(steps.slice(at, at + BATCH));
      send();
      if (!isGone) worker.postMessage(null satisfies EmitRequest);
    },
    async finish(options) {
      // The other one began with the first.
      for (const { offered, claims } of [...batches].reverse())
        for (const [place, one] of offered.entries())
          if (claim(claims, place)) made.set(one.spec, emitStep(one, options));
      worker.ref();
      while (!isGone && replies < batches.length)
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      worker.unref();
      return new Map(
        asked.map((step) => {
          const isOffered = known.has(step.spec) && known.get(step.spec) === step.file;
          const found = isOffered ? made.get(step.spec) : undefined;
          return [step.id, found ?? emitStep(step, options)];
        }),
      );
    },
    abandon() {
      void worker.terminate();
    },
  };
}

const fileOf = ({ file }: Offered) => file;
