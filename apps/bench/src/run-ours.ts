// One case in a process of its own:
// `node run-ours.js <case> <lake> <out> <workers> <memory in bytes, 0 = none> [first day] [last day]`.
import { trainSet } from '@tessera/engine';
import { loadCase } from './cases.js';
import { foretold, printForetold } from './foretold.js';
import { printPeak } from './peak.js';
import { watchStages } from './stages.js';

const [name = '', lake = '', out = '', workers = '1', memory = '0', first, last] =
  process.argv.slice(2);
const { join } = await loadCase(name);
const { end, ...watch } = watchStages();
const result = await trainSet(join, {
  lake,
  out,
  workers: Number(workers),
  ...(memory !== '0' && { memory: Number(memory) }),
  ...(first !== undefined && { start: first }),
  ...(last !== undefined && { end: last }),
  ...watch,
});
printForetold(foretold(result, end()));
printPeak();
