import { ahead, join, part } from '@tessera/api';
import { checkups, customers, subscriptions } from '../sources.js';
import { complaining, ordering, visiting } from './activity.js';

/** Once a week: will this customer cancel within 30 days? */
export const churn = join({
  name: 'churn',
  left: checkups,
  parts: [part(ordering), part(visiting), part(complaining), part(customers, { missing: 'null' })],
  derive: {
    days_since_order: {
      expression: "date_diff('day', ordering_latest, asked_at)",
      type: 'int64',
    },
    months_a_customer: "floor(date_diff('day', shop_customers_joined, to_date(asked_at)) / 30)",
    evening_share: 'visiting_evening_30d / nullif(visiting_count_30d, 0)',
    // 0 = not seen for a month, 1 = as lively as anyone.
    engagement_score:
      'least(1, visiting_count_7d / 7) * 0.5 + least(1, coalesce(visiting_seconds_sum_30d, 0) / 36000) * 0.3 + least(1, ordering_count_30d / 4) * 0.2',
    is_quiet: {
      expression: 'visiting_count_7d = 0 OR coalesce(days_since_order, 999) > 45',
      type: 'boolean',
    },
    is_annoyed: {
      expression: 'complaining_count_30d >= 2 OR coalesce(complaining_severity_max_30d, 0) >= 4',
      type: 'boolean',
    },
    is_drifting: { expression: 'coalesce(ordering_momentum < 0.5, FALSE)', type: 'boolean' },
    risk_signals: {
      expression:
        'CAST(is_quiet AS int64) + CAST(is_annoyed AS int64) + CAST(is_drifting AS int64)',
      type: 'int64',
    },
  },
  labels: [
    ahead('churned', {
      source: subscriptions,
      operation: 'max',
      windows: ['30d'],
      keys: ['customer_id'],
    }),
  ],
});
