/**
 * JSON to be read in a review and equal for equal values: two spaces, a line break at the end, members in the order given and
 * none that is undefined; what fits on a line stays on it.
 *
 * Cost     linear: text is joined twice, into its line and into the whole.
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

/**
 * Append a value: one piece where it fits on a line; else for each item one piece with what stands before it and its name, and
 * its own pieces.
 *
 * Returns  whether it fits on a line
 */
function write(value: unknown, depth: number, pieces: string[]): boolean {
  if (typeof value !== 'object' || value === null) {
    pieces.push(JSON.stringify(value));
    return true;
  }
  const start = pieces.length;
  const heads: number[] = [];
  let width = 2 * depth + 4;
  let isFlat = true;
  const add = (key: string, member: unknown): void => {
    heads.push(pieces.length);
    pieces.push(key);
    const isLine = write(member, depth + 1, pieces);
    if (!isFlat) return;
    width += key.length + pieces[pieces.length - 1]!.length + 2;
    isFlat = isLine && width <= WIDTH;
  };
  const isList = Array.isArray(value);
  if (isList) for (const item of value) add('', item);
  else {
    const members = value as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(members))
      if (members[key] !== undefined) add(keyText(key), members[key]);
  }
  const [open, close] = isList ? '[]' : '{}';
  const isEmpty = heads.length === 0;
  const space = isFlat && !isEmpty && !isList ? ' ' : '';
  const before = isFlat ? ', ' : `,${lineStart(depth + 1)}`;
  const first = isFlat ? `${open}${space}` : `${open}${lineStart(depth + 1)}`;
  for (const [at, head] of heads.entries())
    pieces[head] = `${at === 0 ? first : before}${pieces[head]}`;
  if (!isFlat) {
    pieces.push(`${lineStart(depth)}${close}`);
    return false;
  }
  const text = isEmpty ? `${open}${close}` : `${pieces.slice(start).join('')}${space}${close}`;
  pieces.length = start;
  pieces.push(text);
  return true;
}
