/**
 * How many events lie before each left row's instant, from the first of its key on.
 *
 * @param times      f64 an event, rising within its key
 * @param groupCode  i32 a key of the events, rising; groupStart: its first event, and one more
 * @param instants   f64 a left row, rising within its key
 * @param keyCode    i32 a key of the left, rising; keyStart: its first row, and one more
 * @param edges      i32 a left row, written; a key without events has those where its events would be
 */
export function windowEdges(
  times: usize,
  groupCode: usize,
  groupStart: usize,
  groups: u32,
  instants: usize,
  keyCode: usize,
  keyStart: usize,
  keys: u32,
  edges: usize,
): void {
  let g: u32 = 0;
  for (let k: u32 = 0; k < keys; k++) {
    const code = load<i32>(keyCode + ((<usize>k) << 2));
    while (g < groups && load<i32>(groupCode + ((<usize>g) << 2)) < code) g++;
    let e = load<u32>(groupStart + ((<usize>g) << 2));
    let end = e;
    if (g < groups && load<i32>(groupCode + ((<usize>g) << 2)) === code)
      end = load<u32>(groupStart + ((<usize>g) << 2), 4);
    const until = load<u32>(keyStart + ((<usize>k) << 2), 4);
    for (let i = load<u32>(keyStart + ((<usize>k) << 2)); i < until; i++) {
      const t = load<f64>(instants + ((<usize>i) << 3));
      while (e < end && load<f64>(times + ((<usize>e) << 3)) < t) e++;
      store<u32>(edges + ((<usize>i) << 2), e);
    }
  }
}
