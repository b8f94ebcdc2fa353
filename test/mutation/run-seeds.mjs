// A process of its own: `node run-seeds.mjs <engine index.js> <first seed> <end seed>`. Compares an engine build with the
// quadratic oracle and prints the first seed on which they differ, or `equal`.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [enginePath, first, end] = process.argv.slice(2);
const require = createRequire(new URL('../../apps/cli/package.json', import.meta.url));
const { createJiti } = require('jiti');
const jiti = createJiti(import.meta.url);
const { randomCase } = await jiti.import('../oracle/random-case.ts');
const { naiveJoin } = await jiti.import('../oracle/naive.ts');
const { mismatches } = await jiti.import('../oracle/compare.ts');
const { joinRows } = await import(pathToFileURL(enginePath).href);

for (let seed = Number(first); seed < Number(end); seed++) {
  const { join, tables } = randomCase(seed);
  const names = [join.left.name, ...join.parts.map((part) => part.groupBy.source.name)];
  const known = Object.fromEntries(Object.entries(tables).filter(([name]) => names.includes(name)));
  let found;
  try {
    const rows = await joinRows(join, known, { missingDays: 'part', buckets: 1 + (seed % 3) });
    const expected = naiveJoin(join, tables).map(({ ds, ...row }) => row);
    found = mismatches(join, expected, rows, 1);
  } catch (error) {
    found = [String(error).split('\n')[0]];
  }
  if (found.length > 0) {
    console.log(`seed ${seed}: ${found[0]}`);
    process.exit(0);
  }
}
console.log('equal');
