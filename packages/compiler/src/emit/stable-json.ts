/**
 * JSON to be read in a review and equal for equal values: two spaces, a line break at the end, members in the order given and
 * none that is undefined; what fits on a line stays on it.
 *
 * Cost     linear: a value is put into words once, whether it ends up on one line or on many.
 */
export function stableJson(value: unknown): string {
  return `${written(value, '')}\n`;
}

const WIDTH = 100;

function written(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const items: string[] = [];
  let width = indent.length + 4;
  let isFlat = true;
  const add = (key: string, text: string): void => {
    items.push(key + text);
    width += key.length + text.length + 2;
    isFlat &&= width <= WIDTH && !text.includes('\n');
  };
  if (isList) for (const item of value) add('', written(item, inner));
  else
    for (const [key, member] of Object.entries(value))
      if (member !== undefined) add(`${JSON.stringify(key)}: `, written(member, inner));
  if (items.length === 0) return isList ? '[]' : '{}';
  if (isFlat) return isList ? `[${items.join(', ')}]` : `{ ${items.join(', ')} }`;
  const lines = items.map((item) => inner + item).join(',\n');
  return isList ? `[\n${lines}\n${indent}]` : `{\n${lines}\n${indent}}`;
}
