/** Longer texts are refused unread. UTF-16 units. */
export const MAX_TEXT = 1 << 18;

/** Levels of operators in a tree: deeper ones are refused before they can exhaust the stack of whoever walks them. */
export const MAX_DEPTH = 400;

/** Levels of a text that are open at once. A level of a tree takes at most two: an operator's side, and parentheses. */
export const MAX_NESTING = 2 * MAX_DEPTH + 1;

/** Parts of a tree. BETWEEN and CASE x WHEN write x several times, so a short text may have very many. */
export const MAX_PARTS = 200_000;

/** Names and words in messages are cut after so many characters. */
const MAX_SHOWN = 60;

/** A word of the user's in a message. */
export function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
