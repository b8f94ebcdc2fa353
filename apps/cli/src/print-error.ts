import { inspect } from 'node:util';
import { formatError, isTesseraError, TesseraError } from '@tessera/api';
import type { CommandContext } from './commands/context.js';
import { diskFailure } from './failures.js';
import { printJson } from './output/json-document.js';
import { paint } from './output/style.js';

const EXIT_CODES = { user: 1, environment: 2, internal: 3 } as const;
const EXIT_INTERRUPTED = 130;

export interface ErrorView {
  /** Stack traces too. */
  readonly debug: boolean;
  /** Also one JSON document on stdout: `{ "error": { code, kind, … } }`. */
  readonly json: boolean;
}

/** Print what happened, where, and what to do. Returns the exit code. */
export function printError(
  error: unknown,
  view: ErrorView,
  { terminal, interrupts }: CommandContext,
): number {
  const known = toTesseraError(error, interrupts.signal);
  if (view.json) terminal.out(printJson({ error: errorDocument(known) }));
  if (known.code === 'INTERRUPTED') {
    terminal.err('interrupted: nothing was half-written; run the same command again to go on\n');
  } else {
    const style = terminal.errStyle;
    terminal.err(
      `${formatError(known).replace(/^error (\w+)/gm, (words) => paint(style, 'red', words))}\n`,
    );
  }
  if (view.debug) terminal.err(`${inspect(error, { depth: 4 })}\n`);
  return known.code === 'INTERRUPTED' ? EXIT_INTERRUPTED : EXIT_CODES[known.kind];
}

/** After Ctrl-C whatever ended the run is the interruption's doing. */
function toTesseraError(error: unknown, signal: AbortSignal): TesseraError {
  if (isTesseraError(error)) return error;
  if (signal.aborted) return new TesseraError('INTERRUPTED', {}, { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return diskFailure(error) ?? new TesseraError('INTERNAL', { reason }, { cause: error });
}

function errorDocument(error: TesseraError) {
  const describe = ({ code, kind, at, summary, hint }: TesseraError) => ({
    code,
    kind,
    at,
    message: summary,
    hint,
  });
  return { ...describe(error), problems: error.problems.map(describe) };
}
