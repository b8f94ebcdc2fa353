import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tesseraHere } from '../files/command-here.js';
import { fraudProject } from './fraud-project.js';

const { folder } = fraudProject();
const lineage = (...argv: string[]) => tesseraHere(['lineage', '--no-lake', ...argv], folder);

test('one column: what makes it, what it is made of, what its rows are found by', async () => {
  const { out } = await lineage('device_stats', '--column', 'device_stats_online_amount_1d');
  expect(out).toBe(`device_stats  groupBy  features/device-stats.ts
  device_stats_online_amount_1d  SUM over 1d where channel IN ('web', 'app')
    payments.transactions.amount
    payments.transactions.channel
    rows by payments.transactions.device_id, payments.transactions.transaction_id, payments.transactions.ts
`);
});

test('a stored column: every output column that is made of it', async () => {
  const { out } = await lineage('--json', '--column', 'vendor.device_reputation.reputation');
  const { nodes } = JSON.parse(out) as { nodes: { name: string; columns: { name: string }[] }[] };
  expect(nodes.map(({ name, columns }) => [name, columns.map((column) => column.name)])).toEqual([
    ['device_trust', ['device_trust_reputation_last', 'device_trust_reputation_min_30d']],
    ['fraud_v2', ['device_trust_reputation_last', 'device_trust_reputation_min_30d']],
  ]);
});

test('a column that is not there, and an object that is not there', async () => {
  const column = await lineage('--column', 'user_spend_amount_sun_7d');
  expect([column.code, column.err]).toEqual([
    1,
    expect.stringContaining('`user_spend_amount_sum_7d`'),
  ]);
  const object = await lineage('user_spent');
  expect([object.code, object.err]).toEqual([1, expect.stringContaining('user_spend')]);
});

test('the report is one page: no address in it, and what users wrote is text', async () => {
  const other = fraudProject();
  other.edit(
    'features/user-spend.ts',
    'How much, how',
    '</script><img src=x onerror=alert(1)> How',
  );
  const argv = ['lineage', '--no-lake', '--report', 'report.html'];
  expect((await tesseraHere(argv, other.folder)).code).toBe(0);
  const page = readFileSync(join(other.folder, 'report.html'), 'utf8');
  expect(page).not.toContain('</script><img');
  expect(page).toContain('\\u003c/script>\\u003cimg');
  expect(page.match(/<[^>]*(src|href)=|https?:\/\/(?!www\.w3\.org\/2000\/svg)/g)).toBeNull();
});
