import { parentPort } from 'node:worker_threads';
import { emitStep } from '@tessera/compiler';
import { tilesOfPlan } from '@tessera/engine';
import type { EmitReply, EmitRequest } from './emit-together.js';
import { takeTurn } from './turns.js';

/** Takes objects in turns with the thread that asked, until none is left; then ends. */
parentPort?.once('message', ({ steps, turns }: EmitRequest) => {
  const encoder = new TextEncoder();
  const emitted: EmitReply['emitted'][number][] = [];
  for (let at = takeTurn(turns); at < steps.length; at = takeTurn(turns)) {
    const step = steps[at];
    if (step === undefined) continue;
    try {
      const { content, ...rest } = emitStep(step, { tilesOf: tilesOfPlan });
      const bytes = typeof content === 'string' ? encoder.encode(content) : content;
      emitted.push([step.id, { ...rest, content: bytes }]);
    } catch {
      // The thread that asked meets the same error, and tells it.
    }
  }
  parentPort?.postMessage({ emitted } satisfies EmitReply);
  parentPort?.close();
});
