import { spawn } from 'node:child_process';
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Answers to requests from a process of its own, which is started for them, some at a time and in their order. */
export async function* served(options: ServeOptions): AsyncGenerator<ServedAnswers> {
  const { url, folder, definition, requests, batch } = options;
  const [asked, answers] = [join(folder, 'asked'), join(folder, 'answers')];
  writeFileSync(
    asked,
    serialize({ definition: JSON.parse(JSON.stringify(definition)), requests, batch }),
  );
  const child = spawn(process.execPath, [CHILD, url, asked, answers], { stdio: 'inherit' });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`the serving process ended with ${String(code)}`);
  const file = openSync(answers, 'r');
  const length = Buffer.alloc(4);
  let names: readonly string[] = [];
  try {
    while (readSync(file, length) === 4) {
      const bytes = Buffer.alloc(length.readUInt32LE());
      for (let read = 0; read < bytes.length; )
        read += readSync(file, bytes, read, bytes.length - read, null);
      // What the other process wrote.
      const some = deserialize(bytes) as { names: string[] | null; answers: ServedAnswer[] };
      names = some.names ?? names;
      yield { names, answers: some.answers };
    }
  } finally {
    closeSync(file);
  }
}
