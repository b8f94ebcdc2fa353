import type { Arena } from '@tessera/columnar';
import type { Ranges } from '../order/ranges.js';
import { inArena, type Kernels } from '../wasm.js';

/**
 * Where the greatest value of every range is, for several windows that share their head.
 *
 * A stack keeps the entries that no later entry beats, in falling order; the best of [start, head) is its first element
 * at or after `start`. So entries are pushed once for all windows, each window walks along the stack once, and nothing is
 * ever evicted but the unreachable.
 *
 * Shapes   values: M entries, no NaN; windows: W × N ranges that never step back, `end` equal in all
 * Returns  per window N entries, -1 where empty. Of equal values the last entry.
 * Cost     O(W·(M + N))
 * Oracle   a loop over every range.
 *
 * @param sign 1 = greatest, -1 = least
 */
export function extremeEntries(
  values: Float64Array,
  windows: readonly Ranges[],
  sign: 1 | -1,
): Int32Array[] {
  return inArena(
    (arena, kernels) => arena.scoped(() => extremesInArena(arena, kernels, values, windows, sign)),
    () => extremesHere(values, windows, sign),
  );
}

/** As below, in WebAssembly; null when there is no room. */
function extremesInArena(
  arena: Arena,
  kernels: Kernels,
  values: Float64Array,
  windows: readonly Ranges[],
  sign: 1 | -1,
): Int32Array[] | null {
  const { end } = windows[0]!;
  const n = end.length;
  const [starts, outs] = [arena.integers(n * windows.length), arena.integers(n * windows.length)];
  const places = arena.integers(windows.length);
  const [fresh, entries] = [arena.integers(values.length), arena.integers(values.length + 1)];
  const stacked = arena.doubles(values.length + 1);
  const [source, ends] = [arena.addressOf(values), arena.addressOf(end)];
  if (starts === null || outs === null || places === null || fresh === null) return null;
  if (entries === null || stacked === null || source === 0 || ends === 0) return null;
  windows.forEach(({ start }, w) => {
    starts.set(start, w * n);
  });
  places.fill(0);
  kernels.extremeEntries(
    ...([source, sign, ends, n, starts.byteOffset, outs.byteOffset, windows.length] as const),
    ...([places.byteOffset, fresh.byteOffset, entries.byteOffset, stacked.byteOffset] as const),
  );
  return windows.map((_, w) => outs.slice(w * n, (w + 1) * n));
}

function extremesHere(
  values: Float64Array,
  windows: readonly Ranges[],
  sign: 1 | -1,
): Int32Array[] {
  const first = windows[0]!;
  const n = first.end.length;
  const out = windows.map(() => new Int32Array(n));
  let entry = new Int32Array(256);
  let value = new Float64Array(256);
  let fresh = new Int32Array(256);
  // Below it in the stack all entries are before the window's last start.
  const place = new Int32Array(windows.length);
  // Live elements are base … depth - 1.
  let base = 0;
  let depth = 0;
  let head = 0;
  for (let i = 0; i < n; i++) {
    const end = first.end[i]!;
    let least = end;
    for (const { start } of windows) if (start[i]! < least) least = start[i]!;
    if (least >= head) {
      base = 0;
      depth = 0;
      head = least;
      place.fill(0);
    }
    // Backwards, because of what enters only the entries above all after them stay: few, so the branch is well predicted.
    if (end - head > fresh.length) fresh = new Int32Array(2 * (end - head));
    let count = 0;
    let best = -Infinity;
    for (let j = end - 1; j >= head; j--) {
      const v = values[j]! * sign;
      if (v > best) {
        best = v;
        fresh[count++] = j;
      }
    }
    head = end;
    while (depth > base && value[depth - 1]! <= best) depth--;
    const kept = depth;
    if (depth + count > entry.length) {
      entry = grown(entry, new Int32Array(2 * (depth + count)));
      value = grown(value, new Float64Array(2 * (depth + count)));
    }
    while (count > 0) {
      const j = fresh[--count]!;
      entry[depth] = j;
      value[depth++] = values[j]! * sign;
    }
    while (base < depth && entry[base]! < least) base++;
    for (let w = 0; w < windows.length; w++) {
      // What was above it may have been beaten.
      let at = Math.min(place[w]!, kept);
      const start = windows[w]!.start[i]!;
      const isEmpty = start >= end;
      // The last entry of all is on top.
      if (!isEmpty) while (entry[at]! < start) at++;
      place[w] = at;
      out[w]![i] = isEmpty ? -1 : entry[at]!;
    }
  }
  return out;
}

function grown<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
