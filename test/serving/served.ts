import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import type { JoinSpec } from '@tessera/api';

const CHILD = fileURLToPath(new URL('./serve-child.mjs', import.meta.url));

export interface ServedAnswer {
  /** In the order of `ServedAnswers.names`. */
  readonly values: readonly unknown[];
  /** Parts that were not answered, and why. */
  readonly wrong: readonly string[];
}

export interface ServedAnswers {
  readonly names: readonly string[];
  readonly answers: readonly ServedAnswer[];
}

export interface ServeOptions {
  readonly url: string;
  readonly folder: string;
  readonly definition: JoinSpec;
  readonly requests: readonly { readonly keys: object; readonly at: number }[];
  readonly batch: number;
}

/**
 * Answers to requests from a process of its own, which is started for them: some at a time, in their order, while it goes on.
 */
export async function* served(options: ServeOptions): AsyncGenerator<ServedAnswers> {
  const { url, folder, definition, requests, batch } = options;
  const asked = join(folder, 'asked');
  writeFileSync(
    asked,
    serialize({ definition: JSON.parse(JSON.stringify(definition)), requests, batch }),
  );
  const child = spawn(process.execPath, [CHILD, url, asked], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let names: readonly string[] = [];
  for await (const bytes of framesOf(child.stdout)) {
    // What the other process wrote.
    const some = deserialize(bytes) as { names: string[] | null; answers: ServedAnswer[] };
    names = some.names ?? names;
    yield { names, answers: some.answers };
  }
  const code = await ended;
  if (code !== 0) throw new Error(`the serving process ended with ${String(code)}`);
}

/** Pieces of which each has its length in four bytes before it. */
async function* framesOf(stream: Readable): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let held = 0;
  let wanted = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    waiting.push(chunk);
    held += chunk.length;
    while (held >= (wanted || 4)) {
      const bytes = Buffer.concat(waiting);
      const end = wanted || 4;
      if (wanted === 0) wanted = bytes.readUInt32LE();
      else {
        yield bytes.subarray(0, end);
        wanted = 0;
      }
      waiting = [bytes.subarray(end)];
      held = bytes.length - end;
    }
  }
  if (held > 0) throw new Error('the serving process was cut off');
}
