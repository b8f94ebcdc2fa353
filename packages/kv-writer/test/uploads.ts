import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { loadVersion, type Store, type Uploaded } from '@tessera/kv-writer';
import { runsOf, sampleEntries, sampleKey } from '@tessera/kv-writer/kit';

export const UNIT = 'join.orders';
/** Entries of every upload of these tests, and the length of its runs. */
export const COUNT = 1000;
const RUN = 250;

/** Upload entries that tell their tag; equal tags are equal inputs. */
export function upload(store: Store, tag: string, unit = UNIT): Promise<Uploaded> {
  return loadVersion(store, {
    unit,
    asOfMs: 1_740_787_200_000,
    served: { tag },
    inputHash: tag,
    runs: runsOf(sampleEntries(tag, COUNT), RUN),
  });
}

/** Tags of what one request reads, with nulls as `null`. More than one is an answer of nowhere. */
export async function tagsRead(store: Store, unit = UNIT): Promise<string[]> {
  const reader = await store.reader(unit);
  try {
    const keys = [0, RUN - 1, RUN, 500, COUNT - 1].map(sampleKey);
    const values = await reader.multiGet(keys);
    const tags = values.map((value) => String(value && Buffer.from(value)).split(' ')[0] ?? '');
    return [...new Set(tags)];
  } finally {
    await reader.close();
  }
}

export interface Child {
  readonly process: ChildProcess;
  /** What it wrote, as it is written. */
  out(): string;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: string | null;
    readonly err: string;
  }>;
}

/** The same upload in a process of its own. `hold`: it stops behind its first run and waits to be killed. */
export function startUpload(
  url: string,
  tag: string,
  env: Readonly<Record<string, string>> = {},
  hold = 'no',
): Child {
  const script = fileURLToPath(new URL('./upload-child.mjs', import.meta.url));
  const child = spawn(
    process.execPath,
    [script, url, tag, hold, UNIT, String(COUNT), String(RUN)],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, err }));
  return { process: child, out: () => out, ended };
}
