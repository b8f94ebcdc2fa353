import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../figures.js';

/** What a service does before its first answer. The definition is compiled into it, as a bundler would. */
const SCRIPT = `
const started = performance.now();
const { serveJoin } = await import(DEFINITION);
const { createFetcher } = await import(FETCHER);
const { openStore } = await import(WRITER);
const store = await openStore(process.argv[2]);
const fetcher = createFetcher({ store });
const { parts } = await fetcher.fetch(serveJoin(), { user_id: process.argv[3] }, { at: Number(process.argv[4]) });
if (parts.some(({ status }) => status !== 'ok')) throw new Error('not answered');
console.log(performance.now() - started);
await fetcher.close();
await store.close();
`;

/** Modules loaded, store opened, first row fetched: ms in fresh processes, beside Node's own start; their median. */
export function timeStart(
  folder: string,
  runs: number,
  { store, key, atMs }: { readonly store: string; readonly key: string; readonly atMs: number },
): number {
  const file = join(folder, 'start.mjs');
  const text = SCRIPT.replace('DEFINITION', JSON.stringify(import.meta.resolve('./definition.js')))
    .replace('FETCHER', JSON.stringify(import.meta.resolve('@tessera/fetcher')))
    .replace('WRITER', JSON.stringify(import.meta.resolve('@tessera/kv-writer')));
  writeFileSync(file, text);
  return median(
    Array.from({ length: runs }, () => {
      const args = [file, store, key, String(atMs)];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(`the start ended with ${status} and said:\n${stderr}`);
      return Number(stdout.trim());
    }),
  );
}
