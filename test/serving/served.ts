import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
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
  const own = mkdtempSync(join(folder, 'served-'));
  const [asked, answers] = [join(own, 'asked'), join(own, 'answers')];
  writeFileSync(
    asked,
    serialize({ definition: JSON.parse(JSON.stringify(definition)), requests, batch }),
  );
  // It is there before the other process is.
  writeFileSync(answers, '');
  const child = spawn(process.execPath, [CHILD, url, asked, answers], { stdio: 'inherit' });
  let code: number | null | undefined;
  child.once('exit', (exitCode) => {
    code = exitCode;
  });
  let names: readonly string[] = [];
  let at = 0;
  // Through a file: a pipe would make either wait for the other.
  const file = openSync(answers, 'r');
  try {
    for (;;) {
      const isLast = code !== undefined;
      const bytes = frameAt(file, at);
      if (bytes === null) {
        if (isLast) break;
        await pause(20);
        continue;
      }
      at += 4 + bytes.length;
      // What the other process wrote.
      const some = deserialize(bytes) as { names: string[] | null; answers: ServedAnswer[] };
      names = some.names ?? names;
      yield { names, answers: some.answers };
    }
  } finally {
    closeSync(file);
    rmSync(own, { recursive: true });
  }
  if (code !== 0) throw new Error(`the serving process ended with ${String(code)}`);
}

/** The piece that begins there: it has its length in four bytes before it; null while it is not whole. */
function frameAt(file: number, at: number): Buffer | null {
  const length = Buffer.alloc(4);
  if (readSync(file, length, 0, 4, at) < 4) return null;
  const bytes = Buffer.alloc(length.readUInt32LE());
  for (let read = 0; read < bytes.length; ) {
    const more = readSync(file, bytes, read, bytes.length - read, at + 4 + read);
    if (more === 0) return null;
    read += more;
  }
  return bytes;
}
