import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { tessera, writeFiles } from '../files/command.js';
import { tesseraHere } from '../files/command-here.js';
import { newFolder } from '../files/workspace.js';

/** A project far from the clone, without a node_modules. */
const project = newFolder();

const csv = (rows: readonly string[]) => `user_id,amount,paid_at\n${rows.join('\n')}\n`;

const FILES = {
  'tessera.config.ts': `
import { defineProject } from '@tessera/api';
export default defineProject({ name: 'shop', lake: 'lake', out: 'out' });
`,
  'features/spend.ts': `
import { count, events, groupBy, join, part, sum } from '@tessera/api';
const payments = events({
  name: 'payments', path: 'payments', format: 'csv', time: 'paid_at',
  columns: { user_id: 'int64', amount: 'double', paid_at: 'timestamp' },
});
export const spend = groupBy({
  name: 'spend', source: payments, keys: ['user_id'],
  aggregations: [count({ windows: ['1d'] }), sum('amount', { windows: ['1d', '7d'] })],
  online: true,
});
export const habits = groupBy({ name: 'habits', source: payments, keys: ['user_id'], aggregations: [count()] });
export const asked = join({
  name: 'asked', left: payments, parts: [part(spend), part(habits)],
  request: { amount: 'double' }, derive: { share: 'amount / spend_amount_sum_7d' },
});
`,
  'lake/payments/ds=2025-01-01/a.csv': csv(['1,10,2025-01-01 10:00:00', '2,5,2025-01-01 11:00:00']),
  'lake/payments/ds=2025-01-02/a.csv': csv(['1,20,2025-01-02 10:00:00', '3,7,2025-01-02 11:00:00']),
};

beforeAll(() => writeFiles(project, FILES));

/** A process for each command is for the long run; in the short one the first upload and the first row have theirs. */
const command = process.env.TESSERA_LONG === '1' ? tessera : tesseraHere;

const run = (...argv: readonly string[]) => command(argv, project);
const UPLOAD = ['upload', '--join', 'asked', '--as-of'];
const upload = (asOf: string) => run(...UPLOAD, asOf);
const NOON = '2025-01-02T12:00:00Z';
const FETCH = ['fetch', '--join', 'asked', '--key', 'user_id=1', '--at', NOON, '--request'];
const fetch = (...more: readonly string[]) => run(...FETCH, ...more);

describe('in the order of a day', { timeout: 120_000 }, () => {
  test('fetch before there is anything says what to do', async () => {
    const { code, err } = await fetch('amount=5');
    expect(code).toBe(1);
    expect(err).toContain('NOT_UPLOADED');
    expect(err).toContain('tessera upload');
  });

  test('upload says where, how much and until when', async () => {
    const { code, out, err } = await tessera([...UPLOAD, '2025-01-02'], project);
    expect(code, err).toBe(0);
    expect(out).toMatch(/uploaded +join\.asked → out\/online +1 part, 2 entries/);
    expect(out).toContain('requests from 2025-01-02T00:00:00Z to 2025-01-04T00:00:00Z');
    expect(out).toContain('habits: not uploaded');
    expect((await upload('2025-01-02')).out).toContain('nothing to do');
  });

  test('fetch gives the row, how fresh it is, and what is not served', async () => {
    const { code, out, err } = await tessera([...FETCH, 'amount=5'], project);
    expect(code, err).toBe(0);
    expect(out).toMatch(/spend +as of 2025-01-02T00:00:00Z, 12 h old/);
    expect(out).toMatch(/spend_count_1d +0/);
    expect(out).toMatch(/spend_amount_sum_7d +10/);
    expect(out).toMatch(/share +0\.5/);
    expect(out).toMatch(/not served +.*habits_count/);
  });

  test('--json is one document, --explain has the pieces', async () => {
    const { out } = await fetch('amount=5', '--explain', '--json');
    const document = JSON.parse(out);
    expect(document).toMatchObject({
      command: 'fetch',
      row: { user_id: '1', spend_count_1d: 0, spend_amount_sum_7d: 10, share: 0.5 },
    });
    const sum = document.explain.find(
      ({ column }: { column: string }) => column === 'spend_amount_sum_7d',
    );
    expect(sum.pieces).toHaveLength(1);
  });

  test('a newer upload is served, and taken back', async () => {
    expect((await upload('2025-01-03')).code).toBe(0);
    const at = ['--at', '2025-01-03T09:00:00Z', '--request', 'amount=5'];
    const newer = await run('fetch', '--join', 'asked', '--key', 'user_id=1', ...at);
    expect(newer.out).toMatch(/spend_amount_sum_7d +30/);
    const versions = await run('versions');
    expect(versions.out).toMatch(/20250103T\S+ +current/);
    expect(versions.out).toMatch(/20250102T\S+ +previous/);
    const back = await run('rollback', '--join', 'asked');
    expect(back.out).toMatch(/rolled back +join\.asked: 20250103T\S+ → 20250102T/);
    expect((await run('fetch', '--join', 'asked', '--key', 'user_id=1', ...at)).out).toMatch(
      /spend_amount_sum_7d +10/,
    );
  });

  test('consistency compares the rows of those days; exit code 0', async () => {
    const { code, out, err } = await run('consistency', '--join', 'asked');
    expect(code, err).toBe(0);
    expect(out).toMatch(/consistent +join\.asked: 8 cells of 2 rows/);
    expect(out).toContain('0 mismatches');
    const asOf = ['--store', join(project, 'nowhere'), '--as-of', '2025-01-09'];
    const none = await run('consistency', '--join', 'asked', ...asOf);
    expect(none.code).toBe(1);
    expect(none.err).toContain('NOTHING_COMPARED');
  });

  test('a groupBy by itself', async () => {
    const put = await run('upload', '--group-by', 'spend', '--as-of', '2025-01-03');
    expect(put.out).toContain('group_by.spend');
    const got = await run(
      ...['fetch', '--group-by', 'spend', '--key', 'user_id=3', '--at', '2025-01-03T00:00:00Z'],
    );
    expect(got.out).toMatch(/spend_amount_sum_1d +7/);
  });
});

test.each([
  [['upload', '--as-of', 'yesterday'], '`--as-of` is neither a day'],
  [['upload', '--as-of', '2025-02-30'], '`--as-of` is neither a day'],
  [['upload', '--join', 'askd', '--as-of', '2025-01-02'], 'asked'],
  [['upload', '--join', 'asked', '--group-by', 'spend'], 'give one'],
  [['upload', '--as-of', '2025-01-02', '--store', 'dynamo:x'], 'BAD_STORE'],
  [['upload', '--as-of', '2025-01-02', '--workers', 'none', '--tiles', 'some'], '`--tiles`'],
  [['fetch', '--key', 'user_id=1', '--key', 'user_id=2'], 'gives user_id twice'],
  [['fetch', '--key', 'usr=1'], 'UNKNOWN_KEY'],
  [['fetch', '--key', 'user_id=one'], 'int64'],
  [['consistency', '--rows', '0'], '`--rows`'],
  [['consistency', '--log', 'nothing.jsonl', '--as-of', '2025-01-02'], 'nothing.jsonl'],
  [['rollback', '--store', 'empty'], 'NOTHING_TO_ROLL_BACK'],
] as const)(
  '%j: exit code 1, and what is wrong',
  async (argv, words) => {
    const { code, err } = await run(...argv);
    expect(code).toBe(1);
    expect(err).toContain(words);
  },
  60_000,
);
