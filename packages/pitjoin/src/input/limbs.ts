import { type Column, wordsOf } from '@tessera/columnar';

type Wide = Extract<Column, { kind: 'i64' | 'i128' }>;

const TWO_32 = 2 ** 32;

/** Words of one value. */
function wordCount(column: Wide): number {
  return column.kind === 'i64' ? 2 : 4;
}

/**
 * Wide integers as a sum of doubles, exactly: value = Σ limbs[k]. Limb k is a multiple of 2^(32k) below 2^(32k + 32), so
 * that sums of limbs stay exact for two million values, and further with a second grid.
 */
export function limbsOf(column: Wide): Float64Array[] {
  const w = wordsOf(column.values);
  const count = wordCount(column);
  const rows = w.length / count;
  const limbs: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    const scale = TWO_32 ** k;
    const limb = new Float64Array(rows);
    if (k === count - 1) for (let i = 0; i < rows; i++) limb[i] = w[i * count + k]! * scale;
    else for (let i = 0; i < rows; i++) limb[i] = (w[i * count + k]! >>> 0) * scale;
    limbs.push(limb);
  }
  return limbs;
}

/** Made once for a column: sums, extremes and averages ask for it each. */
const safe = new WeakMap<Wide, Float64Array | null>();

/** Every value as a double, when all that are not null are below 2^53 in magnitude; null rows are NaN. Not to be written to. */
export function asSafeIntegers(column: Wide): Float64Array | null {
  const known = safe.get(column);
  if (known !== undefined) return known;
  const made = safeIntegers(column);
  safe.set(column, made);
  return made;
}

function safeIntegers(column: Wide): Float64Array | null {
  const w = wordsOf(column.values);
  const count = wordCount(column);
  const rows = w.length / count;
  const { valid } = column;
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    if (valid !== null && valid[i] === 0) {
      out[i] = Number.NaN;
      continue;
    }
    const at = i * count;
    const low = w[at]! >>> 0;
    const high = w[at + 1]!;
    // Below 2^53: the second word within ±2^21, all above it sign.
    if (high < -0x200000 || high >= 0x200000) return null;
    if (count === 4) {
      const sign = high >> 31;
      if (w[at + 2] !== sign || w[at + 3] !== sign) return null;
    }
    const v = high * TWO_32 + low;
    if (v === -(2 ** 53)) return null;
    out[i] = v;
  }
  return out;
}
