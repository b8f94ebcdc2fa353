// A process that is asked by messages `{ engine, first, end }` and compares the engine build whose index.js that is with the
// quadratic oracle: `{ difference }` is the first seed on which they differ, null when they agree.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../../apps/cli/package.json', import.meta.url));
const { createJiti } = require('jiti');
const jiti = createJiti(import.meta.url);
const { randomCase } = await jiti.import('../oracle/random-case.ts');
const { naiveJoin } = await jiti.import('../oracle/naive.ts');
const { mismatches } = await jiti.import('../oracle/compare.ts');

/** The oracle's rows by seed: they are the same for every build. */
const answers = new Map();

function expectedRows(seed, { join, tables }) {
  if (!answers.has(seed))
    answers.set(
      seed,
      naiveJoin(join, tables).map(({ ds, ...row }) => row),
    );
  return answers.get(seed);
}

async function firstDifference({ engine, first, end }) {
  const { joinRows } = await import(pathToFileURL(engine).href);
  for (let seed = first; seed < end; seed++) {
    const { join, tables } = randomCase(seed);
    const expected = expectedRows(seed, { join, tables });
    const names = [join.left.name, ...join.parts.map((part) => part.groupBy.source.name)];
    const known = Object.fromEntries(
      Object.entries(tables).filter(([name]) => names.includes(name)),
    );
    let found;
    try {
      const rows = await joinRows(join, known, { missingDays: 'part', buckets: 1 + (seed % 3) });
      found = mismatches(join, expected, rows, 1);
    } catch (error) {
      found = [String(error).split('\n')[0]];
    }
    if (found.length > 0) return `seed ${seed}: ${found[0]}`;
  }
  return null;
}

process.on('message', async (message) => {
  process.send({ difference: await firstDifference(message) });
});
process.send({ ready: true });
