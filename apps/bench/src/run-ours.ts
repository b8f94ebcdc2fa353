// The standard join in a process of its own: `node run-ours.js <lake> <out> <workers> <memory in bytes, 0 = none>`.
import { trainSet } from '@tessera/engine';
import { standardJoin } from './features.js';
import { foretold, printForetold } from './foretold.js';
import { printPeak } from './peak.js';
import { watchStages } from './stages.js';

const [lake = '', out = '', workers = '1', memory = '0'] = process.argv.slice(2);
const { end, ...watch } = watchStages();
const result = await trainSet(standardJoin, {
  lake,
  out,
  workers: Number(workers),
  ...(memory !== '0' && { memory: Number(memory) }),
  ...watch,
});
printForetold(foretold(result, end()));
printPeak();
