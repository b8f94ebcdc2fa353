import { CommanderError } from 'commander';
import type { CommandContext } from './commands/context.js';
import { createProgram } from './program.js';

export const EXIT_OK = 0;
export const EXIT_USER = 1;
export const EXIT_INTERRUPTED = 130;

/**
 * Run one command line and print what there is to print, errors too.
 *
 * Returns  the exit code: 0 ok, 1 user error, 2 environment, 3 internal, 130 interrupted. Never throws.
 */
export async function runCli(argv: readonly string[], context: CommandContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(withoutSeparator(argv), { from: 'user' });
    return EXIT_OK;
  } catch (error) {
    // Commander has printed its own message; `--help` and `--version` end here too, with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USER;
    const { printError } = await import('./print-error.js');
    return printError(
      error,
      { debug: argv.includes('--debug'), json: argv.includes('--json') },
      context,
    );
  }
}

/** `pnpm train-set -- --join=x`: newer package managers hand the `--` on, which would end the options. */
function withoutSeparator(argv: readonly string[]): string[] {
  return argv.filter((arg, idx) => !(arg === '--' && idx === 1));
}
