import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where in a user's files something went wrong; `line` counts from 1. Columns do not survive jiti's transform. */
export interface Place {
  readonly file: string;
  readonly line?: number;
}

const FRAME = /((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^\n()]*?):(\d+):\d+\)?$/;

/**
 * The innermost place inside `folder` that an error speaks of: a stack frame, or for a syntax error the place in its
 * message (jiti writes `ParseError: Unexpected token⏎ /path/file.ts:2:18`). Null when it names none.
 */
export function errorPlace(error: unknown, folder: string): Place | null {
  if (!(error instanceof Error)) return null;
  for (const line of (error.stack ?? error.message).split('\n')) {
    const match = FRAME.exec(line.trim());
    if (match === null) continue;
    const [, where = '', lineText] = match;
    const file = where.startsWith('file://') ? fileURLToPath(where) : where.trim();
    if (isInside(file, folder)) return { file, line: Number(lineText) };
  }
  return null;
}

/** What an error says, without the place that jiti adds to syntax errors and without the stack. */
export function errorWords(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${String(error)}, which is not an Error`;
  const [first = ''] = error.message.split('\n');
  const words = first.replace(/^ParseError: /, 'SyntaxError: ').trim();
  if (words.startsWith('SyntaxError: ') || error.name === 'Error') return words;
  return `${error.name}: ${words}`;
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return (
    !relative.startsWith('..') && !path.isAbsolute(relative) && !relative.includes('node_modules')
  );
}
