/** Inserts into a list sorted by `compare`, after its equals; what is beyond `limit` falls off the end. */
export function insertSorted<T>(
  list: T[],
  item: T,
  limit: number,
  compare: (a: T, b: T) => number,
): void {
  let low = 0;
  let high = list.length;
  if (high === limit && (limit === 0 || compare(item, list[high - 1]!) >= 0)) return;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(item, list[middle]!) < 0) high = middle;
    else low = middle + 1;
  }
  // One at the end to be overwritten: a splice makes a list of what it removes.
  list.push(item);
  for (let i = list.length - 1; i > low; i--) list[i] = list[i - 1]!;
  list[low] = item;
  if (list.length > limit) list.pop();
}
