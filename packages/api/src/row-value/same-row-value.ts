/**
 * Whether two values of a row are the same: lists element by element, maps entry by entry in their order.
 *
 * @param sameScalar of all else, also of a list beside a map
 */
export function sameRowValue(
  a: unknown,
  b: unknown,
  sameScalar: (a: unknown, b: unknown) => boolean,
): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, idx) => sameRowValue(item, b[idx], sameScalar));
  if (a instanceof Map && b instanceof Map) {
    const others = [...b];
    return (
      a.size === b.size &&
      [...a].every(
        ([key, value], idx) =>
          sameRowValue(key, others[idx]?.[0], sameScalar) &&
          sameRowValue(value, others[idx]?.[1], sameScalar),
      )
    );
  }
  return sameScalar(a, b);
}
