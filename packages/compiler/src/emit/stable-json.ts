/**
 * JSON to be read in a review and equal for equal values: two spaces, a line break at the end, members in the order given and
 * none that is undefined; what fits on a line stays on it.
 */
export function stableJson(value: unknown): string {
  return `${written(value, '')}\n`;
}

const WIDTH = 100;

function written(value: unknown, indent: string): string {
  const flat = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || flat.length + indent.length <= WIDTH)
    return spaced(flat, value);
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return `[\n${value.map((item) => inner + written(item, inner)).join(',\n')}\n${indent}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const lines = members.map(
    ([key, member]) => `${inner}${JSON.stringify(key)}: ${written(member, inner)}`,
  );
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

/** A short object or list on one line, with spaces where people put them. */
function spaced(flat: string, value: unknown): string {
  if (typeof value !== 'object' || value === null) return flat;
  if (Array.isArray(value))
    return `[${value.map((item) => spaced(JSON.stringify(item), item)).join(', ')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return '{}';
  return `{ ${members
    .map(([key, member]) => `${JSON.stringify(key)}: ${spaced(JSON.stringify(member), member)}`)
    .join(', ')} }`;
}
