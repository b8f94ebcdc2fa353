import type { DataType, SourceSpec } from '@tessera/api';

/** What histories are made of. */

const STRING: DataType = { kind: 'string' };
const columnsOf = (types: Record<string, DataType>): SourceSpec['columns'] =>
  Object.entries(types).map(([name, type]) => ({ name, type, nullable: true }));

export const payments: SourceSpec = {
  kind: 'events',
  name: 'payments',
  path: 'payments',
  format: 'parquet',
  columns: columnsOf({
    user: STRING,
    item: { kind: 'int32' },
    amount: { kind: 'double' },
    cents: { kind: 'int64' },
    label: STRING,
    ok: { kind: 'boolean' },
    tags: { kind: 'list', element: STRING },
    at: { kind: 'timestamp' },
  }),
  time: 'at',
  tieBreaker: 'label',
};

export const clicks: SourceSpec = {
  kind: 'events',
  name: 'clicks',
  path: 'clicks',
  format: 'parquet',
  columns: columnsOf({
    id: STRING,
    user: STRING,
    score: { kind: 'float' },
    page: STRING,
    ms: { kind: 'epoch_ms' },
  }),
  time: 'ms',
  eventId: 'id',
  where: {
    op: 'in',
    operand: { op: 'column', column: 'page' },
    values: ['/', '/a', '/b'].map((literal) => ({ op: 'literal', literal }) as const),
  },
};

export const profiles: SourceSpec = {
  kind: 'entities',
  name: 'profiles',
  path: 'profiles',
  format: 'parquet',
  keys: ['user'],
  columns: columnsOf({ user: STRING, city: STRING }),
};

export const orders: SourceSpec = {
  kind: 'events',
  name: 'orders',
  path: 'orders',
  format: 'parquet',
  columns: columnsOf({
    user: STRING,
    item: { kind: 'int32' },
    friend: STRING,
    at: { kind: 'timestamp' },
  }),
  time: 'at',
};
