// The standard join in a process of its own: `node run-ours.js <lake> <out>`; prints its peak memory.
import { trainSet } from '@tessera/engine';
import { standardJoin } from './standard.js';

const [lake = '', out = ''] = process.argv.slice(2);
const result = await trainSet(standardJoin, { lake, out });
console.log(result.peakBytes);
