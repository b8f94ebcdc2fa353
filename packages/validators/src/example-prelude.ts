/** What examples of rules are written over: everything of `@tessera/api`, and these. */
export const EXAMPLE_PRELUDE = `const payments = events({
  name: 'payments',
  path: 'payments',
  columns: {
    payment_id: 'string!', user_id: 'string', shop_id: 'string', amount: 'double', cents: 'int64',
    currency: 'string', tags: 'list<string>', vector: 'list<double>', at: 'timestamp', is_fraud: 'boolean',
  },
  time: 'at',
  tieBreaker: 'payment_id',
});
const visits = events({
  name: 'visits',
  path: 'visits',
  columns: { visit_id: 'int64!', user_id: 'string', page: 'string', at: 'timestamp' },
  time: 'at',
  tieBreaker: 'visit_id',
});
const shops = entities({
  name: 'shops', path: 'shops', keys: ['shop_id'],
  columns: { shop_id: 'string!', country: 'string', rating: 'double' },
});
const spend = groupBy({
  name: 'spend', source: payments, keys: ['user_id'], online: true,
  aggregations: [sum('amount', { windows: ['7d'] }), count({ windows: ['7d'] })],
});
/** \`facts({ source, first: '2025-01-01', days: 30, rowsPerDay: 100 })\`: what a lake would tell. */
`;
