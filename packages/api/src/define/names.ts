import type { Report } from './report.js';

const MAX_LENGTH = 200;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;

/** What is wrong with the name of a source, groupBy or join, or nothing. */
export function checkName(name: string, report: Report): void {
  const refuse = (reason: string): void => report.add('BAD_NAME', { name, reason });
  if (!/[\p{L}\p{Nd}]/u.test(name)) refuse('needs at least one letter or digit');
  else if (CONTROL.test(name)) refuse('holds a control character');
  else if (name !== name.trim()) refuse('begins or ends with a space');
  else if (name.length > MAX_LENGTH) refuse(`is longer than ${MAX_LENGTH} characters`);
  // Names become folders of the output: one that climbs out of it is no name.
  else if (/^\/|\\|(^|\/)\.{1,2}(\/|$)/.test(name)) refuse('looks like a path');
}

/** The same for a name that is only a piece of column names: `as`, `prefix`, a column. */
export function checkPiece(option: string, piece: string, report: Report): void {
  if (/[\p{L}\p{Nd}]/u.test(piece) && !CONTROL.test(piece) && piece.length <= MAX_LENGTH) return;
  const shown = JSON.stringify(piece.slice(0, MAX_LENGTH));
  report
    .as('BAD_NAME')
    .option(
      option,
      `needs a letter or digit, no control characters and at most ${MAX_LENGTH} characters: ${shown}`,
    );
}
