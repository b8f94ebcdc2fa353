import type { RowCompare } from './compare.js';

/** Arrays that are sorted together: `key` carries the first criterion, `rows` what it belongs to. */
export interface Sortable {
  readonly rows: Int32Array;
  readonly key: Float64Array;
}

/** A stable sorter of ranges. It keeps its scratch memory between calls. */
export type RangeSorter = (start: number, end: number) => void;

/** Below this length moving elements one by one beats merging. */
const INSERTION_ROWS = 24;

/**
 * Sort ranges of (key, rows) by key ascending, equal keys by `tie` on rows when given, else left in their old order.
 * Meant for nearly sorted input: a sorted range costs one pass, a few runs cost a few merges (natural merge sort).
 *
 * Throws   nothing; keys must not be NaN.
 */
export function rangeSorter(data: Sortable, tie: RowCompare | null): RangeSorter {
  let scratch: Sortable = { rows: new Int32Array(0), key: new Float64Array(0) };
  const runs: number[] = [];
  return (start, end) => {
    if (firstDescent(data, tie, start, end) === end) return;
    if (end - start <= INSERTION_ROWS) {
      insertionSort(data, tie, start, start + 1, end);
      return;
    }
    findRuns(data, tie, start, end, runs);
    if (runs.length === 2) return;
    const n = end - start;
    if (scratch.rows.length < n) {
      const size = Math.max(n, 2 * scratch.rows.length);
      scratch = { rows: new Int32Array(size), key: new Float64Array(size) };
    }
    while (runs.length > 2) {
      let kept = 1;
      for (let r = 0; r + 1 < runs.length; r += 2) {
        const mid = runs[r + 1]!;
        const stop = runs[r + 2] ?? mid;
        if (stop > mid) merge(data, scratch, tie, runs[r]!, mid, stop);
        runs[kept++] = stop;
      }
      runs.length = kept;
    }
  };
}

function firstDescent(data: Sortable, tie: RowCompare | null, start: number, end: number): number {
  const { key, rows } = data;
  for (let i = start + 1; i < end; i++) {
    const before = key[i - 1]!;
    const here = key[i]!;
    if (here < before) return i;
    if (tie !== null && here === before && tie(rows[i]!, rows[i - 1]!) < 0) return i;
  }
  return end;
}

/** Boundaries of ascending runs, each at least INSERTION_ROWS long (short ones are grown by insertion). */
function findRuns(
  data: Sortable,
  tie: RowCompare | null,
  start: number,
  end: number,
  runs: number[],
): void {
  runs.length = 0;
  runs.push(start);
  let at = start;
  while (at < end) {
    let stop = firstDescent(data, tie, at, end);
    const least = Math.min(end, at + INSERTION_ROWS);
    if (stop < least) {
      insertionSort(data, tie, at, stop, least);
      stop = least;
    }
    runs.push(stop);
    at = stop;
  }
}

/** start … from - 1 is sorted already. */
function insertionSort(
  data: Sortable,
  tie: RowCompare | null,
  start: number,
  from: number,
  end: number,
): void {
  const { key, rows } = data;
  for (let i = from; i < end; i++) {
    const k = key[i]!;
    const row = rows[i]!;
    let j = i;
    for (; j > start; j--) {
      const before = key[j - 1]!;
      if (before < k) break;
      if (before === k && (tie === null || tie(rows[j - 1]!, row) <= 0)) break;
      key[j] = before;
      rows[j] = rows[j - 1]!;
    }
    key[j] = k;
    rows[j] = row;
  }
}

/** Merge [start, mid) and [mid, end); only the left run is copied out. */
function merge(
  data: Sortable,
  scratch: Sortable,
  tie: RowCompare | null,
  start: number,
  mid: number,
  end: number,
): void {
  const { key, rows } = data;
  const leftKey = scratch.key;
  const leftRows = scratch.rows;
  const n = mid - start;
  for (let i = 0; i < n; i++) {
    leftKey[i] = key[start + i]!;
    leftRows[i] = rows[start + i]!;
  }
  let l = 0;
  let r = mid;
  let to = start;
  while (l < n && r < end) {
    const a = leftKey[l]!;
    const b = key[r]!;
    // Equal and untied: the left run came first, which keeps the sort stable.
    if (b < a || (b === a && tie !== null && tie(rows[r]!, leftRows[l]!) < 0)) {
      key[to] = b;
      rows[to++] = rows[r++]!;
    } else {
      key[to] = a;
      rows[to++] = leftRows[l++]!;
    }
  }
  for (; l < n; l++, to++) {
    key[to] = leftKey[l]!;
    rows[to] = leftRows[l]!;
  }
}
