import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What tells whether anything is, or was, put in place: docs/publishing.md. */
async function version(dataset) {
  const there = (name) => stat(join(dataset, name), { bigint: true }).catch(() => null);
  const journal = await there('_publish.json');
  const manifest = await there('_manifest.json');
  return journal !== null || manifest === null ? null : `${manifest.mtimeNs} ${manifest.ino}`;
}

/** Answer one question about a dataset again and again, until told to stop; then tell all answers. */
async function loop(dataset, sql) {
  const { DuckDBInstance } = createRequire(import.meta.url)('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const seen = { sums: [], discarded: 0, errors: [] };
  let isStopped = false;
  process.on('message', () => {
    isStopped = true;
  });
  for (let first = true; !isStopped; first = false) {
    const before = await version(dataset);
    let sum = null;
    let error = null;
    if (before !== null) {
      try {
        const result = await connection.runAndReadAll(sql);
        sum = result.getRowObjectsJS()[0].seen;
      } catch (cause) {
        error = String(cause);
      }
    }
    if (before === null || (await version(dataset)) !== before) seen.discarded++;
    else if (error !== null) seen.errors.push(error);
    else seen.sums.push(sum);
    if (first) process.send('ready');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  process.send(seen, () => process.exit(0));
}

await loop(process.argv[2], process.argv[3]);
