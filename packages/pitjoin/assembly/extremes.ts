/**
 * As `extremeEntries` in src/kernels/extremes.ts, which tells how.
 *
 * @param values  f64 an entry
 * @param ends    i32 a row, the head of all windows
 * @param starts  i32 a row, window after window; outs: the same, written
 * @param places  i32 a window, all 0
 * @param fresh   room for an i32 an entry
 * @param entries room for an i32 an entry and one more; stacked: for an f64 of each
 */
export function extremeEntries(
  values: usize,
  sign: f64,
  ends: usize,
  rows: u32,
  starts: usize,
  outs: usize,
  windows: u32,
  places: usize,
  fresh: usize,
  entries: usize,
  stacked: usize,
): void {
  // Live elements are base … depth - 1.
  let base: u32 = 0;
  let depth: u32 = 0;
  let head: u32 = 0;
  for (let i: u32 = 0; i < rows; i++) {
    const end = load<u32>(ends + ((<usize>i) << 2));
    let least = end;
    for (let w: u32 = 0; w < windows; w++) {
      const start = load<u32>(starts + ((<usize>(w * rows + i)) << 2));
      if (start < least) least = start;
    }
    if (least >= head) {
      base = 0;
      depth = 0;
      head = least;
      for (let w: u32 = 0; w < windows; w++) store<u32>(places + ((<usize>w) << 2), 0);
    }
    // Backwards: of what enters only the entries above all after them stay.
    let count: u32 = 0;
    let best: f64 = -Infinity;
    for (let j = end; j > head; ) {
      j--;
      const v = load<f64>(values + ((<usize>j) << 3)) * sign;
      if (v > best) {
        best = v;
        store<u32>(fresh + ((<usize>count) << 2), j);
        count++;
      }
    }
    head = end;
    while (depth > base && load<f64>(stacked + ((<usize>(depth - 1)) << 3)) <= best) depth--;
    const kept = depth;
    while (count > 0) {
      count--;
      const j = load<u32>(fresh + ((<usize>count) << 2));
      store<u32>(entries + ((<usize>depth) << 2), j);
      store<f64>(stacked + ((<usize>depth) << 3), load<f64>(values + ((<usize>j) << 3)) * sign);
      depth++;
    }
    while (base < depth && load<u32>(entries + ((<usize>base) << 2)) < least) base++;
    for (let w: u32 = 0; w < windows; w++) {
      const place = places + ((<usize>w) << 2);
      const row = (<usize>(w * rows + i)) << 2;
      const start = load<u32>(starts + row);
      // What was above it may have been beaten.
      let at = min<u32>(load<u32>(place), kept);
      let found: i32 = -1;
      if (start < end) {
        // The last entry of all is on top.
        while (load<u32>(entries + ((<usize>at) << 2)) < start) at++;
        found = load<i32>(entries + ((<usize>at) << 2));
      }
      store<u32>(place, at);
      store<i32>(outs + row, found);
    }
  }
}
