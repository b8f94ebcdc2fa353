/** Words that may not name a constant of a generated file, and what those files import. */
const TAKEN = new Set(
  'abstract arguments as async await boolean break case catch class const continue debugger declare default delete do else enum eval export extends false finally for from function get if implements import in infer instanceof interface is keyof let module namespace never new null number object of package private protected public readonly require return satisfies set static string super switch symbol this throw true try type typeof undefined unknown using var void while with yield events entities groupBy join part count sum average approxUniqueCount features table test assert'.split(
    ' ',
  ),
);

/** `shop-events 2024` → `shopEvents2024`: a constant's name, different from all in `used`, to which it is added. */
export function identifier(name: string, used: Set<string>): string {
  const words = name.split(/[^\p{L}\p{Nd}]+/u).filter((word) => word !== '');
  const camel = words
    .map((word, idx) =>
      idx === 0
        ? word.charAt(0).toLowerCase() + word.slice(1)
        : word.charAt(0).toUpperCase() + word.slice(1),
    )
    .join('');
  const plain = /^\p{L}/u.test(camel) ? camel : `t${camel}`;
  const base = TAKEN.has(plain) ? `${plain}Table` : plain;
  let free = base;
  for (let n = 2; used.has(free); n++) free = `${base}${n}`;
  used.add(free);
  return free;
}

/** A string literal in single quotes. */
export function tsString(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}

/** A property's name, in quotes where it needs them. */
export function tsKey(name: string): string {
  return /^[\p{L}_$][\p{L}\p{Nd}_$]*$/u.test(name) ? name : tsString(name);
}

/** `row.name`, or `row['odd name']`. */
export function tsMember(object: string, name: string): string {
  const key = tsKey(name);
  return key === name ? `${object}.${name}` : `${object}[${key}]`;
}
