// Rows into the order of their codes, each code's in the order they come.

/** Counts rows of each code into `cursor`, one further. Returns  rows that have a code and a time */
export function countRows(codes: usize, times: usize, rows: u32, cursor: usize): u32 {
  let kept: u32 = 0;
  for (let i: u32 = 0; i < rows; i++) {
    const code = load<i32>(codes + ((<usize>i) << 2));
    const t = load<f64>(times + ((<usize>i) << 3));
    if (code < 0 || t !== t) continue;
    const at = cursor + ((<usize>(code + 1)) << 2);
    store<u32>(at, load<u32>(at) + 1);
    kept++;
  }
  return kept;
}

/** Every row to the next place of its code: `cursor` has where each begins, and then where it ends. */
export function placeByCode(
  codes: usize,
  times: usize,
  rows: u32,
  cursor: usize,
  order: usize,
  sorted: usize,
): void {
  for (let i: u32 = 0; i < rows; i++) {
    const code = load<i32>(codes + ((<usize>i) << 2));
    const t = load<f64>(times + ((<usize>i) << 3));
    if (code < 0 || t !== t) continue;
    const next = cursor + ((<usize>code) << 2);
    const at = <usize>load<u32>(next);
    store<u32>(next, <u32>at + 1);
    store<u32>(order + (at << 2), i);
    store<f64>(sorted + (at << 3), t);
  }
}

/** The codes that occur, and where each begins; `cursor` becomes where each code begins. Returns  how many occur */
export function occurringCodes(cursor: usize, codes: u32, keyCode: usize, keyStart: usize): u32 {
  let keys: u32 = 0;
  let start: u32 = 0;
  for (let code: u32 = 0; code < codes; code++) {
    const at = cursor + ((<usize>code) << 2);
    // Counts stand one further, so the one here was taken with the code before.
    const rows = load<u32>(at, 4);
    store<u32>(at, start);
    if (rows === 0) continue;
    store<u32>(keyCode + ((<usize>keys) << 2), code);
    store<u32>(keyStart + ((<usize>keys) << 2), start);
    start += rows;
    keys++;
  }
  store<u32>(keyStart + ((<usize>keys) << 2), start);
  return keys;
}

/** The first key from `from` on whose times fall somewhere; `keys` when there is none. */
export function firstFalling(sorted: usize, keyStart: usize, from: u32, keys: u32): u32 {
  for (let k = from; k < keys; k++) {
    const end = load<u32>(keyStart + ((<usize>k) << 2), 4);
    const start = load<u32>(keyStart + ((<usize>k) << 2));
    for (let i = start + 1; i < end; i++) {
      const at = sorted + ((<usize>i) << 3);
      if (load<f64>(at) < load<f64>(at - 8)) return k;
    }
  }
  return keys;
}
