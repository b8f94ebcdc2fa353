// Exact sums before each entry of a segment; what grids are is told in src/exact/exact-sum.ts. Adding and taking away
// `rounder` rounds to the nearest multiple of its grid.

export function greatestMagnitude(term: usize, count: u32): f64 {
  let greatest: f64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const v = abs<f64>(load<f64>(term + ((<usize>i) << 3)));
    if (v > greatest) greatest = v;
  }
  return greatest;
}

export function isOnGrid(term: usize, count: u32, rounder: f64): bool {
  for (let i: u32 = 0; i < count; i++) {
    const v = load<f64>(term + ((<usize>i) << 3));
    if (v + rounder - rounder !== v) return false;
  }
  return true;
}

/**
 * Adds the sums of a term to those of the terms before it.
 *
 * @param starts   i32 a segment, and one more: its first entry
 * @param out      f64 an entry and a segment
 */
export function onePrefix(
  term: usize,
  starts: usize,
  segments: u32,
  rounder: f64,
  out: usize,
): void {
  for (let s: u32 = 0; s < segments; s++) {
    const from = load<u32>(starts + ((<usize>s) << 2));
    const until = load<u32>(starts + ((<usize>s) << 2), 4);
    let sum: f64 = 0;
    let to = out + ((<usize>(from + s)) << 3);
    for (let j = from; j < until; j++) {
      const v = load<f64>(term + ((<usize>j) << 3));
      sum += v + rounder - rounder;
      to += 8;
      store<f64>(to, load<f64>(to) + sum);
    }
  }
}

/** Two grids at once. Returns  whether something is left of a value */
export function twoPrefixes(
  term: usize,
  starts: usize,
  segments: u32,
  first: f64,
  second: f64,
  outFirst: usize,
  outSecond: usize,
): bool {
  let left = false;
  for (let s: u32 = 0; s < segments; s++) {
    const from = load<u32>(starts + ((<usize>s) << 2));
    const until = load<u32>(starts + ((<usize>s) << 2), 4);
    let sumFirst: f64 = 0;
    let sumSecond: f64 = 0;
    let to: usize = (<usize>(from + s)) << 3;
    for (let j = from; j < until; j++) {
      const v = load<f64>(term + ((<usize>j) << 3));
      const high = v + first - first;
      const rest = v - high;
      const low = rest + second - second;
      if (rest !== low) left = true;
      sumFirst += high;
      sumSecond += low;
      to += 8;
      store<f64>(outFirst + to, load<f64>(outFirst + to) + sumFirst);
      store<f64>(outSecond + to, load<f64>(outSecond + to) + sumSecond);
    }
  }
  return left;
}
