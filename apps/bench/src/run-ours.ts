// The standard join in a process of its own: `node run-ours.js <lake> <out> <workers> <memory in bytes, 0 = none>`.
import { trainSet } from '@tessera/engine';
import { standardJoin } from './features.js';
import { printPeak } from './peak.js';

const [lake = '', out = '', workers = '1', memory = '0'] = process.argv.slice(2);
await trainSet(standardJoin, {
  lake,
  out,
  workers: Number(workers),
  ...(memory !== '0' && { memory: Number(memory) }),
});
printPeak();
