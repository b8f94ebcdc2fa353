import { addCounts, f64, type Kernel, sizes } from './kernel.js';

export const count: Kernel = {
  fromRows: (lane) => ({ n: f64(sizes(lane)) }),
  fromStates: (lane) => ({ n: addCounts(lane.column('n'), lane) }),
};
