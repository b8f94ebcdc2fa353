#!/usr/bin/env node
'use strict';
// CommonJS on purpose: every running DuckDB query holds a thread of libuv's pool, whose size is read once,
// at first use, and loading ES modules already uses it.
const os = require('node:os');
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(8, os.availableParallelism() + 6));
import('../dist/main.js').then((main) => main.main(process.argv.slice(2)));
