/** Longer texts are refused unread. UTF-16 units. */
export const MAX_TEXT = 1 << 20;

/** Levels of a tree: deeper ones are refused before they can exhaust the stack of whoever walks them. */
export const MAX_DEPTH = 600;

/** Levels of a text. A level of a tree is written with at most two: NOT and its parentheses. */
export const MAX_NESTING = 2 * MAX_DEPTH + 1;

/** Parts of a tree. BETWEEN and CASE x WHEN write x several times, so a short text may have very many. */
export const MAX_PARTS = 500_000;

/** Names and words in messages are cut after so many characters. */
const MAX_SHOWN = 60;

/** A word of the user's in a message. */
export function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
