import { events, groupBy, join, last, part } from '@tessera/api';
import type { Case } from '../case.js';
import { LOOKUPS } from '../data.js';

const columns = { row_id: 'int64', user_id: 'string', ts: 'timestamp' } as const;
const requests = events({ name: 'requests', path: 'left', columns, time: 'ts' });

const parts = LOOKUPS.map((table) => {
  const source = events({
    name: table,
    path: table,
    columns: { ...columns, amount: 'double' },
    time: 'ts',
  });
  return part(groupBy({ name: table, source, keys: ['user_id'], aggregations: [last('amount')] }));
});

/** As-of lookups: of each table the last value before the left row's instant, however long ago. */
export const asofCase: Case = {
  name: 'asof',
  join: join({ name: 'asof', left: requests, parts }),
  features: LOOKUPS.map((table) => ({ name: `${table}_amount_last`, closeness: 'equal' })),
  about: `${LOOKUPS.length} as-of lookups, each in a table of its own`,
};
