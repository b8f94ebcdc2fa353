import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { sql } from '../files/workspace.js';
import { DAYS, datasetOf, runHere, writeDay, writeProject } from './visits.js';

/**
 * DuckDB in another process reads a dataset over and over while it is published again and again. Every version has one sum,
 * which grows; a mixture of two would have another.
 */

const PUBLISHES = process.env.TESSERA_LONG === '1' ? 50 : 6;

/** What the reader saw: of readings that count the sums in order, how many did not count, and errors among those that do. */
interface Seen {
  readonly sums: readonly string[];
  readonly discarded: number;
  readonly errors: readonly string[];
}

function reader(dataset: string): { ready: Promise<void>; stop: () => Promise<Seen> } {
  const program = fileURLToPath(new URL('./read-loop.mjs', import.meta.url));
  const child: ChildProcess = fork(program, [dataset, seenSql(dataset)]);
  onTestFinished(() => {
    child.kill();
  });
  const next = () => new Promise<unknown>((resolve) => child.once('message', resolve));
  const first = next();
  return {
    ready: first.then(() => undefined),
    async stop() {
      const last = next();
      child.send('stop');
      return (await last) as Seen;
    },
  };
}

test(`a reader who looks twice, during ${PUBLISHES} publishes of several partitions: never a mixture, never an error`, async () => {
  const folder = await writeProject(DAYS.slice(0, 3));
  const out = join(folder, 'out');
  const lake = join(folder, 'lake');
  await runHere(folder, out, 'off');
  const { ready, stop } = reader(datasetOf(out));
  await ready;
  const wanted = new Set([await sumOf(datasetOf(out))]);
  for (let publish = 1; publish <= PUBLISHES; publish++) {
    // The first day is in the windows of all.
    await writeDay(lake, DAYS[0], publish, 24);
    await runHere(folder, out, 'off');
    wanted.add(await sumOf(datasetOf(out)));
  }
  const { sums, discarded, errors } = await stop();
  console.log(
    `${sums.length} readings, ${new Set(sums).size} versions of ${wanted.size} seen, ${discarded} begun again`,
  );
  expect(errors).toEqual([]);
  expect(sums.filter((sum) => !wanted.has(sum))).toEqual([]);
  expect(new Set(sums).size).toBeGreaterThan(PUBLISHES / 5);
});

/** One text that tells versions of a dataset apart, whichever partitions they differ in. */
function seenSql(dataset: string): string {
  const rows = `SELECT ds, hash(r) AS h FROM read_parquet('${dataset}/ds=*/*.parquet', hive_partitioning = true) r`;
  const days = `SELECT ds, count(*) || ':' || sum(h % 1000003) AS seen FROM (${rows}) GROUP BY ds`;
  return `SELECT string_agg(seen, ' ' ORDER BY ds) AS seen FROM (${days})`;
}

async function sumOf(dataset: string): Promise<string> {
  const [row] = await sql(seenSql(dataset));
  return String(row?.seen);
}
