import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { SMALL_PROJECT, writeFiles } from './harness.js';

const BIN = path.resolve(import.meta.dirname, '../bin/tessera.cjs');
const FIXTURES = path.join(import.meta.dirname, 'fixtures');
const WAITING = path.join(FIXTURES, 'waiting-engine.mjs');

/** The environment without what the test runner and pnpm put there. */
function environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const {
    INIT_CWD: _,
    TESSERA_DEFAULT_PROJECT: __,
    NO_COLOR: ___,
    FORCE_COLOR: ____,
    ...rest
  } = process.env;
  return { ...rest, ...extra };
}

function tessera(
  argv: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; node?: string[] } = {},
) {
  const run = spawnSync(process.execPath, [...(options.node ?? []), BIN, ...argv], {
    cwd: options.cwd ?? FIXTURES,
    env: environment(options.env),
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

describe('the command', () => {
  test('--version and --help need neither the engine nor the definitions language', () => {
    const trace = path.join(writeFiles({ trace: '' }), 'trace');
    // The trace itself is of a kind that Node 26 deprecates.
    const node = [
      '--disable-warning=DEP0205',
      '--import',
      path.join(FIXTURES, 'trace-imports.mjs'),
    ];
    const version = tessera(['--version'], { node, env: { TRACE_FILE: trace } });
    expect(version).toEqual({ code: 0, out: '0.1.0\n', err: '' });
    const help = tessera(['train-set', '--help'], { node, env: { TRACE_FILE: trace } });
    expect(help.code).toBe(0);
    expect(help.out).toContain('--join <name>');
    const loaded = readFileSync(trace, 'utf8');
    expect(loaded).toContain('dist/program.js');
    expect(loaded).not.toMatch(/duckdb|packages\/(engine|api)\/|jiti|zod/);
  });

  test('without a command: help, exit code 1', () => {
    const { code, err } = tessera([]);
    expect(code).toBe(1);
    expect(err).toContain('Usage: tessera');
  });

  test('the working folder is the one the user typed in', () => {
    const folder = writeFiles(SMALL_PROJECT);
    const { code, err } = tessera(['train-set', '--join=x'], { env: { INIT_CWD: folder } });
    expect(code).toBe(1);
    expect(err).toContain('error UNKNOWN_JOIN');
  });

  test('what a definition prints does not break the document', () => {
    const folder = writeFiles({ ...SMALL_PROJECT, 'features/loud.ts': "console.log('hello');" });
    const { code, out, err } = tessera(['train-set', '--join=x', '--json'], { cwd: folder });
    expect(code).toBe(1);
    expect(JSON.parse(out).error.code).toBe('UNKNOWN_JOIN');
    expect(err).toContain('hello');
  });
});

describe('interrupting', () => {
  const folder = writeFiles(SMALL_PROJECT);

  function start(env: Readonly<Record<string, string>> = {}): ChildProcess {
    return spawn(process.execPath, [WAITING, 'train-set'], { cwd: folder, env: environment(env) });
  }

  /** Collects stderr; `said` settles once a text was printed. */
  function listen(child: ChildProcess) {
    let text = '';
    child.stderr?.on('data', (data) => {
      text += data;
    });
    const said = (words: string) => expect.poll(() => text, { timeout: 30_000 }).toContain(words);
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
      child.on('exit', (code, signal) => resolve({ code, signal }));
    });
    return { said, ended, text: () => text };
  }

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the run in order', async (signal) => {
    const child = start();
    const { said, ended, text } = listen(child);
    await said('running');
    child.kill(signal);
    expect(await ended).toEqual({ code: 130, signal: null });
    expect(text()).toContain('interrupted: nothing was half-written');
  });

  test('a second one ends it at once', async () => {
    const child = start({ WAITING: 'stubborn' });
    const { said, ended } = listen(child);
    await said('running');
    child.kill('SIGINT');
    await said('stopping');
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: null, signal: 'SIGINT' });
  });

  test('a definition with an endless loop is named', () => {
    const endless = writeFiles({ ...SMALL_PROJECT, 'features/loop.ts': 'for (;;) {}' });
    const run = spawnSync(process.execPath, [WAITING, 'train-set'], {
      cwd: endless,
      env: environment({ WAITING: 'impatient' }),
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(run.signal).toBe('SIGKILL');
    expect(run.stderr).toContain(`error DEFINITION_FAILED  ${endless}/features/loop.ts`);
  });
});
