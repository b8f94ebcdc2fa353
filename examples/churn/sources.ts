import { entities, events } from '@tessera/api';

/** Every Monday at noon, each customer with a subscription: the rows that ask. */
export const checkups = events({
  name: 'shop.checkups',
  path: 'checkups',
  columns: { customer_id: 'string!', asked_at: 'timestamp!' },
  time: 'asked_at',
});

export const orders = events({
  name: 'shop.orders',
  path: 'orders',
  columns: {
    order_id: 'int64!',
    customer_id: 'string!',
    amount: 'double',
    discount: 'double',
    ordered_at: 'timestamp!',
  },
  select: {
    paid: 'amount * (1 - coalesce(discount, 0))',
    is_discounted: { expression: 'coalesce(discount, 0) > 0', type: 'boolean' },
  },
  time: 'ordered_at',
  tieBreaker: 'order_id',
});

export const visits = events({
  name: 'shop.visits',
  path: 'visits',
  columns: { customer_id: 'string!', device: 'string', seconds: 'int32', visited_at: 'timestamp!' },
  select: { is_evening: { expression: 'hour(visited_at) >= 18', type: 'boolean' } },
  time: 'visited_at',
});

export const tickets = events({
  name: 'shop.tickets',
  path: 'tickets',
  columns: { customer_id: 'string!', topic: 'string', severity: 'int32', opened_at: 'timestamp!' },
  time: 'opened_at',
});

/** A renewal every month, until a customer cancels. */
export const subscriptions = events({
  name: 'shop.subscriptions',
  path: 'subscriptions',
  columns: { customer_id: 'string!', what: 'string!', changed_at: 'timestamp!' },
  select: { churned: { expression: "what = 'cancelled'", type: 'boolean' } },
  time: 'changed_at',
});

export const customers = entities({
  name: 'shop.customers',
  path: 'customers',
  keys: ['customer_id'],
  columns: { customer_id: 'string!', plan: 'string', country: 'string', joined: 'date' },
});
