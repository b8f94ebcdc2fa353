/** Equal to the last bit; a count is the same number whether it comes as a number or as a bigint. */
export function sameCell(a: unknown, b: unknown): boolean {
  if (typeof a !== typeof b && isWhole(a) && isWhole(b)) return BigInt(a) === BigInt(b);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, idx) => sameCell(item, b[idx]));
  if (a instanceof Map && b instanceof Map) {
    const others = [...b];
    return (
      a.size === b.size &&
      [...a].every(
        ([key, value], idx) => sameCell(key, others[idx]?.[0]) && sameCell(value, others[idx]?.[1]),
      )
    );
  }
  return Object.is(a, b);
}

function isWhole(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}
