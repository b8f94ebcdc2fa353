#!/usr/bin/env node
'use strict';
// CommonJS on purpose: every running DuckDB query holds a thread of libuv's pool, whose size is read once,
// at first use, and loading ES modules already uses it.
const os = require('node:os');
const path = require('node:path');
// Arrays hang on a heap of 10 MB. V8 would mark it for every few MB of them, in steps beside the program, with write barriers
// and further threads: a tenth of a run's CPU time. At once it takes a few milliseconds. It can only be said before all else.
require('node:v8').setFlagsFromString('--no-incremental-marking');
const argv = process.argv.slice(2);
// What is about definitions runs a lot of code a few thousand times, and a run's threads each their own: V8 11 would optimise
// more of it than pays, much of it twice. Six times as patient the first takes a sixth less CPU time, the second a fifteenth.
// Later ones have a tier between, and budgets of their own.
const PATIENT = ['compile', 'validate', 'diff', 'lineage', 'train-set', 'backfill'];
if (PATIENT.includes(argv[0]) && process.versions.v8.startsWith('11.'))
  require('node:v8').setFlagsFromString('--interrupt-budget=400000');
// Node 22 and later keep what V8 made of our code: it is loaded in three quarters of the time. Where that cannot be written
// nothing is kept. Threads and what they load have it by the variable.
const { enableCompileCache } = require('node:module');
const codeFolder = process.env.NODE_COMPILE_CACHE || ownCodeFolder();
if (enableCompileCache !== undefined && codeFolder !== null) {
  process.env.NODE_COMPILE_CACHE = codeFolder;
  enableCompileCache(codeFolder);
}
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(8, os.availableParallelism() + 6));
import('../dist/idle/answer.js').then(async ({ answered }) => {
  if (!answered(argv)) await import('../dist/main.js').then(({ main }) => main(argv));
});

/** In the cache that `src/project/cache-folder.ts` names, which is not loaded yet; null where the user has no home. */
function ownCodeFolder() {
  try {
    const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
    return path.join(cache, 'tessera', 'node');
  } catch {
    return null;
  }
}
