import { parentPort } from 'node:worker_threads';
import { emitStep } from '@tessera/compiler';
import { tilesOfPlan } from '@tessera/engine';
import { claim } from './claims.js';
import type { EmitReply, EmitRequest } from './emit-together.js';
import { createUnpacker } from './packed-definitions.js';

const unpack = createUnpacker();
const encoder = new TextEncoder();

/** Makes artefacts that the thread which asked has not begun with, until there are no more definitions; then ends. */
parentPort?.on('message', (request: EmitRequest) => {
  if (request === null) {
    parentPort?.close();
    return;
  }
  const { definitions, files, claims } = request;
  const emitted: EmitReply['emitted'][number][] = [];
  const texts: ArrayBuffer[] = [];
  for (const [place, spec] of unpack(definitions).entries()) {
    if (!claim(claims, place)) continue;
    try {
      const { content, ...rest } = emitStep({ spec, file: files[place] }, { tilesOf: tilesOfPlan });
      const bytes = typeof content === 'string' ? encoder.encode(content) : content;
      emitted.push([place, { ...rest, content: bytes }]);
      if (bytes.buffer instanceof ArrayBuffer) texts.push(bytes.buffer);
    } catch {
      // The thread that asked meets the same error, and tells it.
    }
  }
  parentPort?.postMessage({ emitted } satisfies EmitReply, texts);
});
