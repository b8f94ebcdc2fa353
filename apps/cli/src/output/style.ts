/** What a stream can show. */
export interface Style {
  readonly color: boolean;
  readonly unicode: boolean;
  /** Width of the screen in character cells. */
  readonly columns: number;
}

const CODES = { green: 32, yellow: 33, red: 31, dim: 2, bold: 1 } as const;
export type Paint = keyof typeof CODES;

/** `text` in a colour, or as it is where colours are off. */
export function paint(style: Style, how: Paint, text: string): string {
  return style.color ? `\u001b[${CODES[how]}m${text}\u001b[0m` : text;
}

const ASCII: Readonly<Record<string, string>> = {
  '✔': '+',
  '█': '#',
  '░': '.',
  '·': '|',
  '…': '...',
  '—': '-',
  '–': '-',
  '±': '+-',
  '›': '>',
  '×': 'x',
  '≈': '~',
  '▁': '1',
  '▂': '2',
  '▃': '3',
  '▄': '4',
  '▅': '5',
  '▆': '6',
  '▇': '7',
};

/** Our own symbols in ASCII; what users named is left alone. */
export function asciiOnly(text: string): string {
  return text.replace(/[✔█░·…—–±›×≈▁-▇]/gu, (symbol) => ASCII[symbol] ?? symbol);
}

const LABEL_CELLS = 17;
/** Where details start: two cells for the mark, then the label. */
export const INDENT = ' '.repeat(2 + LABEL_CELLS);

/** A label longer than its column still ends before the details. */
function labelled(label: string): string {
  return label.length < LABEL_CELLS ? label.padEnd(LABEL_CELLS) : `${label}  `;
}

/** `✔ plan             90 days · 5 parts`: one finished step. */
export function doneLine(style: Style, label: string, detail: string): string {
  return `${paint(style, 'green', '✔')} ${labelled(label)}${detail}`;
}

/** The same columns without a tick: a step under way. */
export function stepLine(label: string, detail: string): string {
  return `  ${labelled(label)}${detail}`;
}

/** `! …`: something to know that is not an error. */
export function noteLine(style: Style, label: string, detail: string): string {
  return `${paint(style, 'yellow', '!')} ${labelled(label)}${detail}`;
}
