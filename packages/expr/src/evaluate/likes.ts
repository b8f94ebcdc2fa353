/**
 * Whether a text matches a LIKE pattern: `%` any text, `_` one character (code point), no escape.
 *
 * Greedy over the parts between `%`: each is taken at its first place after the one before, so no more than
 * text × pattern steps are made, whatever the pattern.
 */
export function likes(text: string, pattern: string): boolean {
  const chars = [...text];
  const wanted = [...pattern];
  let at = 0;
  let part = 0;
  let retryAt = -1;
  let retryPart = -1;
  while (at < chars.length) {
    if (wanted[part] === '%') {
      retryPart = ++part;
      retryAt = at;
    } else if (part < wanted.length && (wanted[part] === '_' || wanted[part] === chars[at])) {
      part++;
      at++;
    } else if (retryPart >= 0) {
      part = retryPart;
      at = ++retryAt;
    } else {
      return false;
    }
  }
  while (wanted[part] === '%') part++;
  return part === wanted.length;
}
