import { type Engine, loadEngine } from './engine.js';
import { createInterrupts } from './interrupt.js';
import { createLoadWatch } from './load-watch.js';
import { workingFolder } from './paths.js';
import { EXIT_INTERRUPTED, runCli } from './run-cli.js';
import { processTerminal } from './terminal.js';

const LOAD_LIMIT_MS = 30_000;

/** What tests put in place of the real thing. */
export interface MainParts {
  readonly loadEngine?: () => Promise<Engine>;
  /** How long one definition file may take. */
  readonly loadLimitMs?: number;
}

/** Run the `tessera` command of this process: its streams, signals, environment and exit code. */
export async function main(argv: readonly string[], parts: MainParts = {}): Promise<void> {
  const terminal = processTerminal();
  const interrupts = createInterrupts(() => {
    terminal.err('stopping … (once more ends at once)\n');
  });
  if (argv.includes('--json')) consoleToStderr();
  const { env } = process;
  const cwd = workingFolder(env);
  const code = await runCli(argv, {
    ...{ terminal, cwd, env, asked: { argv, cwd, env, beganMs: performance.timeOrigin } },
    loadEngine: parts.loadEngine ?? loadEngine,
    loadWatch: createLoadWatch(parts.loadLimitMs ?? LOAD_LIMIT_MS),
    interrupts,
  });
  interrupts.dispose();
  process.exitCode = code;
  // A generator that did not listen may still be at work; its folder is gone already.
  if (code === EXIT_INTERRUPTED) process.exit(code);
}

/** A definition that prints must not break the one document on stdout. */
function consoleToStderr(): void {
  for (const name of ['log', 'info', 'debug'] as const) console[name] = console.error;
}
