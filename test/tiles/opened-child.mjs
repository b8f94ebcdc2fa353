// One run over the dense lake: node opened-child.mjs <lake> <out> <what>; prints its estimate and counters.
import { count, events, groupBy, join, max, part, sum } from '@tessera/api';
import { backfill, trainSet } from '@tessera/engine';

const [lake, out, what] = process.argv.slice(2);

const payments = events({
  name: 'payments',
  path: 'payments',
  columns: { user: 'string', amount: 'double', cents: 'int64', note: 'string', at: 'timestamp' },
  time: 'at',
});
const orders = events({
  name: 'orders',
  path: 'orders',
  columns: { user: 'string', at: 'timestamp' },
  time: 'at',
});
const spend = (windows, more = []) =>
  groupBy({
    name: 'spend',
    source: payments,
    keys: ['user'],
    aggregations: [sum('amount', { windows }), count({ windows }), ...more],
  });

const options = { lake, out, workers: 2 };
const RUNS = {
  backfill: () => backfill(spend(['3d']), options),
  window: () => backfill(spend(['3d', '90m', null]), options),
  aggregation: () => backfill(spend(['3d'], [max('cents', { windows: ['2d'] })]), options),
  'train-set': () =>
    trainSet(join({ name: 'asked', left: orders, parts: [part(spend(['3d']))] }), options),
};
const { plan, counters, partitionsWritten } = await RUNS[what]();
const { estimate } = plan;
console.log(JSON.stringify({ estimate, counters, written: partitionsWritten.length }));
