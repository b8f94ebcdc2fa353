import { createFetcher } from '@tessera/fetcher';
import { openStore } from '@tessera/kv-writer';
import { fraudV2 } from './features/fraud-v2.js';

// One of each for a whole process.
const store = await openStore(process.env.FEATURE_STORE ?? 'out/online');
const fetcher = createFetcher({ store, definitions: [fraudV2] });

const { row, parts } = await fetcher.fetch(
  fraudV2,
  { user_id: 'u0001', merchant_id: 'm0241', device_id: 'd26695' },
  { request: { amount: 20 }, at: '2025-03-01T10:00:00Z' },
);
console.log(row.user_spend_amount_sum_7d, row.amount_vs_week);
for (const { part, status, ageMs } of parts) console.log(part, status, ageMs);

await fetcher.close();
await store.close();
