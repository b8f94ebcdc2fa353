const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]|[\u{20000}-\u{3fffd}]/u;

/** Character cells of one code point: 0 for combining marks, 2 for East Asian wide and emoji. */
function cellsOf(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/\p{M}|\u200b|\u200d|\ufe0f/u.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}

/** Character cells of a text without control characters. */
export function textCells(text: string): number {
  let cells = 0;
  for (const char of text) cells += cellsOf(char);
  return cells;
}

/** Line breaks, tabs and escape codes of data never reach the screen. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

/** At most `cells` wide, the last one `…` where something was cut. */
export function cutText(text: string, cells: number): string {
  if (textCells(text) <= cells) return text;
  let kept = '';
  let used = 0;
  for (const char of text) {
    const width = cellsOf(char);
    if (used + width > cells - 1) break;
    kept += char;
    used += width;
  }
  return `${kept}…`;
}

export function padLeft(text: string, cells: number): string {
  return ' '.repeat(Math.max(0, cells - textCells(text))) + text;
}

export function padRight(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - textCells(text)));
}

/** Rows of cells as aligned lines, two spaces between columns, nothing at the end of a line. */
export function alignRows(
  rows: readonly (readonly string[])[],
  sides: readonly ('left' | 'right')[],
  gap = '  ',
): string[] {
  const widths = sides.map((_, idx) =>
    rows.reduce((widest, row) => Math.max(widest, textCells(row[idx] ?? '')), 0),
  );
  return rows.map((row) =>
    widths
      .map((width, idx) => (sides[idx] === 'right' ? padLeft : padRight)(row[idx] ?? '', width))
      .join(gap)
      .trimEnd(),
  );
}
