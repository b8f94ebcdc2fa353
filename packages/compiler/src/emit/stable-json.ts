/**
 * JSON to be read in a review and equal for equal values: two spaces, a line break at the end, members in the order given and
 * none that is undefined; what fits on a line stays on it.
 *
 * Cost     linear: of what does not fit on a line no more than a line is tried.
 */
export function stableJson(value: unknown): string {
  const pieces: string[] = [];
  write(value, 0, pieces);
  pieces.push('\n');
  return pieces.join('');
}

const WIDTH = 100;

const lineStarts: string[] = [];
function lineStart(depth: number): string {
  lineStarts[depth] ??= `\n${'  '.repeat(depth)}`;
  return lineStarts[depth];
}

/** Names of members, few and repeated: `"name": `. */
const keyTexts = new Map<string, string>();
const KEY_TEXTS = 10_000;

function keyText(key: string): string {
  const found = keyTexts.get(key);
  if (found !== undefined) return found;
  const text = `${JSON.stringify(key)}: `;
  if (keyTexts.size < KEY_TEXTS) keyTexts.set(key, text);
  return text;
}

/** Append a value that stands at a depth. */
function write(value: unknown, depth: number, pieces: string[]): void {
  if (typeof value !== 'object' || value === null) {
    pieces.push(plainText(value));
    return;
  }
  // Less than the line has: some for its name, and for what may follow it.
  const room = WIDTH - 2 * depth - 4;
  if (Array.isArray(value)) {
    const line = listLine(value, room);
    if (line !== null) {
      pieces.push(line);
      return;
    }
    const start = lineStart(depth + 1);
    let before = `[${start}`;
    for (const item of value) {
      pieces.push(before);
      write(item, depth + 1, pieces);
      before = `,${start}`;
    }
    pieces.push(`${lineStart(depth)}]`);
    return;
  }
  const members = value as Members;
  const line = objectLine(members, room + 2);
  if (line !== null) {
    pieces.push(line);
    return;
  }
  const start = lineStart(depth + 1);
  let before = `{${start}`;
  for (const key in members) {
    const member = members[key];
    if (member === undefined) continue;
    pieces.push(before + keyText(key));
    write(member, depth + 1, pieces);
    before = `,${start}`;
  }
  pieces.push(`${lineStart(depth)}}`);
}

type Members = Readonly<Record<string, unknown>>;

/** What JSON may have to escape; a string without any is put between quotes faster than by asking for its JSON. */
const ESCAPED = /[^ !#-[\]-~]/;

const plainText = (value: unknown): string =>
  typeof value === 'string' && !ESCAPED.test(value) ? `"${value}"` : JSON.stringify(value);

/** A value on a line of this many characters; null where it does not fit. */
function lineOf(value: unknown, room: number): string | null {
  if (typeof value !== 'object' || value === null) {
    const text = plainText(value);
    return text.length > room ? null : text;
  }
  const line = Array.isArray(value) ? listLine(value, room) : objectLine(value as Members, room);
  return line !== null && line.length > room ? null : line;
}

function listLine(list: readonly unknown[], room: number): string | null {
  if (list.length === 0) return '[]';
  let text = '[';
  for (const item of list) {
    if (text.length > 1) text += ', ';
    const line = lineOf(item, room - text.length - 1);
    if (line === null) return null;
    text += line;
  }
  return `${text}]`;
}

function objectLine(members: Members, room: number): string | null {
  let text = '';
  for (const key in members) {
    const member = members[key];
    if (member === undefined) continue;
    text += text === '' ? '{ ' : ', ';
    text += keyText(key);
    const line = lineOf(member, room - text.length - 2);
    if (line === null) return null;
    text += line;
  }
  return text === '' ? '{}' : `${text} }`;
}
