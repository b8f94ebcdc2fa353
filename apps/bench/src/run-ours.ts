// One case in a process of its own: `node run-ours.js <case> <lake> <out> <workers> <memory in bytes, 0 = none>`.
import { trainSet } from '@tessera/engine';
import { loadCase } from './cases.js';
import { foretold, printForetold } from './foretold.js';
import { printPeak } from './peak.js';
import { watchStages } from './stages.js';

const [name = '', lake = '', out = '', workers = '1', memory = '0'] = process.argv.slice(2);
const { join } = await loadCase(name);
const { end, ...watch } = watchStages();
const result = await trainSet(join, {
  lake,
  out,
  workers: Number(workers),
  ...(memory !== '0' && { memory: Number(memory) }),
  ...watch,
});
printForetold(foretold(result, end()));
printPeak();
