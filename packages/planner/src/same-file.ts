import type { InputFile } from './facts.js';

/**
 * Whether two looks at a path saw the same bytes. A fingerprint alone does not tell: an edit inside a column's least and
 * greatest value may leave size and footer as they were. What is not known to be the same is not the same.
 */
export function isSameFile(before: InputFile, now: InputFile): boolean {
  if (before.fingerprint !== now.fingerprint) return false;
  const untouched = before.stat !== null && before.stat === now.stat;
  return untouched || (before.content !== null && before.content === now.content);
}
