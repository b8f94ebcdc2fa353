#!/usr/bin/env node
'use strict';
// CommonJS on purpose: every running DuckDB query holds a thread of libuv's pool, whose size is read once,
// at first use, and loading ES modules already uses it.
const os = require('node:os');
// Arrays hang on a heap of 10 MB. V8 would mark it for every few MB of them, in steps beside the program, with write barriers
// and further threads: a tenth of a run's CPU time. At once it takes a few milliseconds. It can only be said before all else.
require('node:v8').setFlagsFromString('--no-incremental-marking');
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(8, os.availableParallelism() + 6));
const argv = process.argv.slice(2);
import('../dist/idle/answer.js').then(async ({ answered }) => {
  if (!answered(argv)) await import('../dist/main.js').then(({ main }) => main(argv));
});
