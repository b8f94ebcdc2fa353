import { loadEngine } from './engine.js';
import { listenForInterrupts } from './interrupt.js';
import { workingFolder } from './paths.js';
import { EXIT_INTERRUPTED, runCli } from './run-cli.js';
import { processTerminal } from './terminal.js';

/** Run the `tessera` command of this process: its streams, signals, environment and exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const terminal = processTerminal();
  const interrupts = listenForInterrupts(() => {
    terminal.err('stopping … (once more ends at once)\n');
  });
  if (argv.includes('--json')) consoleToStderr();
  const { env } = process;
  const cwd = workingFolder(env);
  const code = await runCli(argv, { terminal, cwd, env, loadEngine, signal: interrupts.signal });
  interrupts.dispose();
  process.exitCode = code;
  // A generator that did not listen may still be at work; its folder is gone already.
  if (code === EXIT_INTERRUPTED) process.exit(code);
}

/** A definition that prints must not break the one document on stdout. */
function consoleToStderr(): void {
  for (const name of ['log', 'info', 'debug'] as const) console[name] = console.error;
}
