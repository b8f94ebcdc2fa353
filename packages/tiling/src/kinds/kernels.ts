import type { StateKind } from '../families.js';
import { bottom, top } from './best.js';
import { count } from './count.js';
import { first, last } from './edges.js';
import { max, min } from './extremes.js';
import { isum } from './isum.js';
import type { Kernel } from './kernel.js';
import { moments, wsum } from './powers.js';
import { sum } from './sum.js';
import { distinct, hll, percentile } from './tally.js';
import { vector } from './vector.js';

export const KERNELS: Readonly<Record<StateKind, Kernel>> = {
  count,
  sum,
  isum,
  moments,
  wsum,
  min,
  max,
  first,
  last,
  top,
  bottom,
  distinct,
  hll,
  percentile,
  vector,
};
